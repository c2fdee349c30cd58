package io.liveline.chat.members;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.auth.Person;

/**
 * Members of one room over all replicas. A person with several connections is listed once, under the newest name. The
 * number of listed people is bounded, which bounds the published changes; a listed person stays listed until they
 * leave. Not thread-safe.
 */
public final class MemberList {

    /** Changes since the previous difference. */
    public record Difference(List<Person> joined, List<String> left) {

        boolean isEmpty() {
            return joined.isEmpty() && left.isEmpty();
        }
    }

    private static final class Connections {

        Person person;
        int count;

        Connections(Person person) {
            this.person = person;
        }
    }

    private record Remote(List<Person> people, long untilMillis) {}

    private final int maxListed;
    private final Map<String, Connections> local = new LinkedHashMap<>();
    private final Map<String, Remote> remote = new HashMap<>();
    private final Map<String, Person> listed = new LinkedHashMap<>();
    private final Set<String> departed = new LinkedHashSet<>();
    private Map<String, Person> published = Map.of();
    private boolean stale;
    // Null until it is requested, and after a change that does not only add a person.
    private String json;

    /**
     * Creates an empty list.
     *
     * @param maxListed maximum number of listed people, 1 or more
     */
    MemberList(int maxListed) {
        this.maxListed = maxListed;
    }

    /** Adds a connection of a person on this replica, and lists the person if there is room. */
    void enter(Person person) {
        local.computeIfAbsent(person.user(), user -> new Connections(person)).count++;
        rename(person);
        if (listed.size() < maxListed && listed.putIfAbsent(person.user(), person) == null) {
            departed.remove(person.user());
            appendToJson(person);
        }
    }

    /**
     * Renames a person on this replica, unless a newer name is known.
     *
     * @return whether the name that others see has changed
     */
    boolean rename(Person person) {
        Connections connections = local.get(person.user());
        Person before = connections.person;
        connections.person = before.newer(person);
        listed.computeIfPresent(person.user(), (user, known) -> {
            Person newer = known.newer(person);
            json = newer.equals(known) ? json : null;
            return newer;
        });
        return !connections.person.equals(before);
    }

    /** Removes a connection of a person. */
    void leave(Person person) {
        Connections connections = local.get(person.user());
        if (connections != null && --connections.count == 0) {
            local.remove(person.user());
            stale = true;
        }
    }

    /** Replaces the members of another replica, which are valid until the given time. */
    void update(String replica, List<Person> people, long untilMillis) {
        Remote before =
                people.isEmpty() ? remote.remove(replica) : remote.put(replica, new Remote(people, untilMillis));
        if (before == null || !named(before.people()).equals(named(people))) {
            stale = true;
        }
    }

    /** Returns the fields that {@link #list} compares: equal persons may have got their names at different times. */
    private static List<List<Object>> named(List<Person> people) {
        return people.stream()
                .map(person -> List.<Object>of(person.user(), person.name(), person.namedSeconds()))
                .toList();
    }

    /** Removes the members of replicas whose announcement expired. Returns whether there were any. */
    boolean expire(long nowMillis) {
        boolean some = remote.values().removeIf(replica -> replica.untilMillis() <= nowMillis);
        stale |= some;
        return some;
    }

    /** Returns all people on this replica. */
    List<Person> local() {
        return local.values().stream().map(connections -> connections.person).toList();
    }

    boolean isEmpty() {
        return local.isEmpty() && remote.isEmpty();
    }

    /**
     * Returns the listed people, as of the last {@link #difference} and the people who joined on this replica since.
     */
    List<Person> listed() {
        return List.copyOf(listed.values());
    }

    /** Returns the listed people as a JSON array, which many joins share. */
    String json() {
        if (json == null) {
            json = ServerFrames.people(listed()).encode();
        }
        return json;
    }

    /** Not encoded anew, because a room that many join at once would encode its whole list for each of them. */
    private void appendToJson(Person person) {
        if (json != null) {
            String others = json.substring(0, json.length() - 1);
            json = others + (others.length() == 1 ? "" : ",")
                    + ServerFrames.person(person).encode() + "]";
        }
    }

    /** Returns listed people who left lately, at most as many as may be listed. */
    List<String> departed() {
        return List.copyOf(departed);
    }

    /** Returns the changes to publish now. */
    Difference difference() {
        if (stale) {
            // Not at each join and leave: in a large room that would cost quadratic time.
            stale = false;
            list();
        }
        List<Person> joined = new ArrayList<>();
        listed.forEach((user, person) -> {
            // A renamed person is published as joined: clients identify people by their user.
            if (!person.equals(published.get(user))) {
                joined.add(person);
            }
        });
        List<String> left = published.keySet().stream()
                .filter(user -> !listed.containsKey(user))
                .toList();
        if (!joined.isEmpty() || !left.isEmpty()) {
            published = new LinkedHashMap<>(listed);
        }
        return new Difference(joined, left);
    }

    private void list() {
        json = null;
        Map<String, Person> present = new LinkedHashMap<>();
        local.forEach((user, connections) -> present.put(user, connections.person));
        remote.values().forEach(replica -> replica.people()
                .forEach(person -> present.merge(person.user(), person, Person::newer)));
        for (Iterator<String> all = listed.keySet().iterator(); all.hasNext(); ) {
            String user = all.next();
            if (!present.containsKey(user)) {
                all.remove();
                departed.add(user);
            }
        }
        for (Person person : present.values()) {
            if (listed.size() >= maxListed) {
                break;
            }
            listed.putIfAbsent(person.user(), person);
        }
        listed.replaceAll((user, known) -> known.newer(present.get(user)));
        departed.removeAll(listed.keySet());
        Iterator<String> oldest = departed.iterator();
        while (departed.size() > maxListed) {
            oldest.next();
            oldest.remove();
        }
    }
}
