package io.liveline.chat.members;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.liveline.edge.auth.Person;

/**
 * Who is connected to one room, over all replicas: one person in many tabs once, under the newest name. Of a crowd only
 * some are listed, so that what is told of coming and going stays small; who is listed stays so until they leave. Plain
 * and single-threaded.
 */
public final class MemberList {

    /** What changed since it was told last. */
    public record Difference(List<Person> joined, List<String> left) {

        boolean isEmpty() {
            return joined.isEmpty() && left.isEmpty();
        }
    }

    private static final class Tabs {

        Person person;
        int number;

        Tabs(Person person) {
            this.person = person;
        }
    }

    private record Elsewhere(List<Person> people, long untilMillis) {}

    private final int most;
    private final Map<String, Tabs> here = new LinkedHashMap<>();
    private final Map<String, Elsewhere> elsewhere = new HashMap<>();
    private final Map<String, Person> listed = new LinkedHashMap<>();
    private final Set<String> gone = new LinkedHashSet<>();
    private Map<String, Person> told = Map.of();
    private boolean stale;

    /** @param most how many people are listed, 1 or more */
    MemberList(int most) {
        this.most = most;
    }

    /** One more tab of a person on this replica, who is listed at once if there is room. */
    void enter(Person person) {
        here.computeIfAbsent(person.user(), user -> new Tabs(person)).number++;
        rename(person);
        if (listed.size() < most && listed.putIfAbsent(person.user(), person) == null) {
            gone.remove(person.user());
        }
    }

    /**
     * A person on this replica has another name, unless a newer one is known.
     *
     * @return whether others see them under another name now
     */
    boolean rename(Person person) {
        Tabs tabs = here.get(person.user());
        Person before = tabs.person;
        tabs.person = before.newer(person);
        listed.computeIfPresent(person.user(), (user, known) -> known.newer(person));
        return !tabs.person.equals(before);
    }

    /** One tab less. */
    void leave(Person person) {
        Tabs tabs = here.get(person.user());
        if (tabs != null && --tabs.number == 0) {
            here.remove(person.user());
            stale = true;
        }
    }

    /** Everybody whom another replica has, until then. */
    void hear(String replica, List<Person> people, long untilMillis) {
        Elsewhere before = people.isEmpty()
                ? elsewhere.remove(replica)
                : elsewhere.put(replica, new Elsewhere(people, untilMillis));
        if (before == null || !named(before.people()).equals(named(people))) {
            stale = true;
        }
    }

    /** People by what {@link #list} goes by: equal persons may have got their names at different times. */
    private static List<List<Object>> named(List<Person> people) {
        return people.stream()
                .map(person -> List.<Object>of(person.user(), person.name(), person.namedSeconds()))
                .toList();
    }

    /** Those of a replica that has not been heard of are gone; whether there was one. */
    boolean expire(long nowMillis) {
        boolean some = elsewhere.values().removeIf(replica -> replica.untilMillis() <= nowMillis);
        stale |= some;
        return some;
    }

    /** Everybody on this replica. */
    List<Person> here() {
        return here.values().stream().map(tabs -> tabs.person).toList();
    }

    boolean isEmpty() {
        return here.isEmpty() && elsewhere.isEmpty();
    }

    /** Who is listed: as of the last {@link #difference}, and who came here since. */
    List<Person> listed() {
        return List.copyOf(listed.values());
    }

    /** Who was listed and left lately: at most as many as are listed. */
    List<String> gone() {
        return List.copyOf(gone);
    }

    /** What is to be told now. */
    Difference difference() {
        if (stale) {
            // Not at each coming and going: in a crowd that would be the work of everybody for everybody.
            stale = false;
            list();
        }
        List<Person> joined = new ArrayList<>();
        listed.forEach((user, person) -> {
            // Who has another name is told as who comes: it is by their user that clients know people.
            if (!person.equals(told.get(user))) {
                joined.add(person);
            }
        });
        List<String> left =
                told.keySet().stream().filter(user -> !listed.containsKey(user)).toList();
        if (!joined.isEmpty() || !left.isEmpty()) {
            told = new LinkedHashMap<>(listed);
        }
        return new Difference(joined, left);
    }

    private void list() {
        Map<String, Person> present = new LinkedHashMap<>();
        here.forEach((user, tabs) -> present.put(user, tabs.person));
        elsewhere.values().forEach(replica -> replica.people()
                .forEach(person -> present.merge(person.user(), person, Person::newer)));
        for (Iterator<String> all = listed.keySet().iterator(); all.hasNext(); ) {
            String user = all.next();
            if (!present.containsKey(user)) {
                all.remove();
                gone.add(user);
            }
        }
        for (Person person : present.values()) {
            if (listed.size() >= most) {
                break;
            }
            listed.putIfAbsent(person.user(), person);
        }
        listed.replaceAll((user, known) -> known.newer(present.get(user)));
        gone.removeAll(listed.keySet());
        Iterator<String> oldest = gone.iterator();
        while (gone.size() > most) {
            oldest.next();
            oldest.remove();
        }
    }
}
