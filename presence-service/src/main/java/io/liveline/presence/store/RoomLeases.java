package io.liveline.presence.store;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.liveline.bus.Cursor;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;

/**
 * In-memory room: the leases that keep people there. Implements the same rules as {@code roster.lua}, with the same
 * names. Single-threaded; time is an argument.
 */
final class RoomLeases {

    /** Kind of a lease. */
    private enum Kind {
        ACTIVE,
        AWAY,
        /** Grace period after a chat connection dropped. */
        GRACE,
        TYPING,
        /** List of people that a chat replica has published. */
        CHAT
    }

    /** @param source tab or chat replica */
    private record Key(Kind kind, String source, String user) {

        static final Comparator<Key> ORDER =
                Comparator.comparing(Key::kind).thenComparing(Key::source).thenComparing(Key::user);
    }

    private record Lease(long untilMillis, Key key) {}

    /** Entry of one person, with the number of leases of each kind. */
    private static final class Entry {
        // With the newest name.
        Person person;
        long since;
        int active;
        int away;
        int chat;
        boolean left;

        Presence visible() {
            boolean isAway = away > 0 && active == 0;
            return new Presence(person, isAway ? Presence.State.AWAY : Presence.State.ACTIVE, since);
        }

        int holds() {
            return active + away + chat;
        }
    }

    private record Source(Cursor at, Set<String> users) {}

    private final PresenceConfig config;
    private final InstantSource clock;
    private final Map<Key, Long> leases = new HashMap<>();
    private final TreeSet<Lease> byEnd =
            new TreeSet<>(Comparator.comparingLong(Lease::untilMillis).thenComparing(Lease::key, Key.ORDER));
    private final Map<String, Entry> people = new HashMap<>();
    private final Map<String, Person> typing = new HashMap<>();
    private final Map<String, Source> chats = new HashMap<>();
    // Visible state of each person before the current command; null if absent.
    private final Map<String, Presence> before = new LinkedHashMap<>();
    private final Map<String, Person> began = new LinkedHashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();

    /** @param clock wall clock for visible times; leases are measured by the time arguments */
    RoomLeases(PresenceConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    CommandResult.Verdict here(PresenceCommand.Here command, long now) {
        String user = command.person().user();
        boolean away = command.state() == Presence.State.AWAY;
        Key key = new Key(away ? Kind.AWAY : Kind.ACTIVE, command.tab(), user);
        Key other = new Key(away ? Kind.ACTIVE : Kind.AWAY, command.tab(), user);
        Entry known = people.get(user);
        if (known == null && people.size() >= config.maxPeople()
                || known != null
                        && known.active + known.away >= config.maxTabs()
                        && !leases.containsKey(key)
                        && !leases.containsKey(other)) {
            return CommandResult.Verdict.FULL;
        }
        Entry entry = touch(command.person(), now);
        entry.left = false;
        hold(key, now + config.life().toMillis());
        release(other);
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict leave(PresenceCommand.Leave command, long now) {
        String user = command.user();
        if (people.containsKey(user)) {
            touch(user, now);
            release(new Key(Kind.ACTIVE, command.tab(), user));
            release(new Key(Kind.AWAY, command.tab(), user));
            release(new Key(Kind.GRACE, "", user));
            Entry entry = people.get(user);
            // The person left: no grace period when the chat connection closes too.
            entry.left = entry.active + entry.away == 0;
        }
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict typing(PresenceCommand.Typing command, long now) {
        if (people.size() > config.typing().maxPeople()) {
            return CommandResult.Verdict.NO_TYPING;
        }
        String user = command.person().user();
        if (!typing.containsKey(user) && typing.size() >= config.maxPeople()) {
            return CommandResult.Verdict.FULL;
        }
        hold(new Key(Kind.TYPING, "", user), now + config.typing().life().toMillis());
        showTyping(people.containsKey(user) ? touch(command.person(), now).person : command.person());
        return CommandResult.Verdict.SAME;
    }

    private void showTyping(Person person) {
        if (!person.equals(typing.put(person.user(), person))) {
            began.put(person.user(), person);
        }
    }

    CommandResult.Verdict idle(PresenceCommand.Idle command, long now) {
        Key key = new Key(Kind.TYPING, "", command.user());
        Long until = leases.get(key);
        long asOfMonotonic = now - Math.max(0, clock.millis() - command.asOfMillis());
        if (until != null && until - config.typing().life().toMillis() <= asOfMonotonic) {
            release(key);
        }
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict connected(PresenceCommand.Connected command, long now) {
        Source known = chats.get(command.replica());
        if (known != null
                && known.at().sameLife(command.at())
                && known.at().offset() >= command.at().offset()) {
            return CommandResult.Verdict.SAME;
        }
        Set<String> old = known == null ? Set.of() : known.users();
        Set<String> users = new LinkedHashSet<>();
        for (Person person : command.people()) {
            if (people.containsKey(person.user()) || people.size() < config.maxPeople()) {
                Entry entry = touch(person, now);
                if (users.add(person.user()) && !old.contains(person.user())) {
                    entry.chat++;
                    entry.left = false;
                    release(new Key(Kind.GRACE, "", person.user()));
                }
            }
        }
        for (String user : old) {
            if (!users.contains(user)) {
                drop(user, now);
            }
        }
        Key key = new Key(Kind.CHAT, command.replica(), "");
        chats.put(command.replica(), new Source(command.at(), users));
        hold(key, now + command.lease());
        return CommandResult.Verdict.SAME;
    }

    /**
     * Ends the expired leases.
     *
     * @param mercy whether to keep people because their heartbeats could not arrive; typing expires in any case
     */
    void sweep(long now, boolean mercy) {
        List<Lease> expired = new ArrayList<>();
        for (Lease lease : byEnd) {
            if (lease.untilMillis() > now) {
                break;
            }
            if (!mercy || lease.key().kind() == Kind.TYPING) {
                expired.add(lease);
            }
        }
        for (Lease lease : expired) {
            if (lease.key().kind() != Kind.TYPING && lease.key().kind() != Kind.CHAT) {
                touch(lease.key().user(), now);
            }
            release(lease.key());
        }
    }

    /** Returns the end of the next lease; {@link Long#MAX_VALUE} if there is none. */
    long due() {
        return byEnd.isEmpty() ? Long.MAX_VALUE : byEnd.first().untilMillis();
    }

    /** Returns the visible changes since the last call. */
    RosterChange changes() {
        List<Presence> here = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        before.forEach((user, seen) -> {
            Entry entry = people.get(user);
            if (entry != null && entry.holds() == 0) {
                people.remove(user);
                release(new Key(Kind.TYPING, "", user));
                if (seen != null) {
                    gone.add(user);
                }
            } else if (entry != null && !entry.visible().equals(seen)) {
                here.add(entry.visible());
                if (typing.containsKey(user)) {
                    showTyping(entry.person);
                }
            }
        });
        RosterChange change = new RosterChange(here, gone, List.copyOf(began.values()), List.copyOf(ended));
        before.clear();
        began.clear();
        ended.clear();
        return change;
    }

    List<Presence> online() {
        return people.values().stream().map(Entry::visible).toList();
    }

    List<Person> typists() {
        return List.copyOf(typing.values());
    }

    int onlineCount() {
        return people.size();
    }

    int typingCount() {
        return typing.size();
    }

    boolean isEmpty() {
        return leases.isEmpty();
    }

    /** Returns the person's entry, creating it if needed; records its visible state before the command. */
    private Entry touch(Person person, long now) {
        Entry entry = touch(person.user(), now);
        entry.person = entry.person.newer(person);
        return entry;
    }

    private Entry touch(String user, long now) {
        Entry entry = people.get(user);
        if (!before.containsKey(user)) {
            before.put(user, entry == null ? null : entry.visible());
        }
        if (entry == null) {
            entry = new Entry();
            entry.person = new Person(user, user);
            entry.since = clock.millis();
            people.put(user, entry);
        }
        return entry;
    }

    /** Removes one chat connection of a person; starts the grace period after the last one. */
    private void drop(String user, long now) {
        Entry entry = touch(user, now);
        entry.chat--;
        if (entry.chat == 0 && !entry.left) {
            hold(new Key(Kind.GRACE, "", user), now + config.grace().toMillis());
        }
    }

    private void hold(Key key, long until) {
        Long old = leases.put(key, until);
        if (old != null) {
            byEnd.remove(new Lease(old, key));
        } else {
            count(key, 1);
        }
        byEnd.add(new Lease(until, key));
    }

    private void release(Key key) {
        Long until = leases.remove(key);
        if (until == null) {
            return;
        }
        byEnd.remove(new Lease(until, key));
        if (key.kind() == Kind.TYPING) {
            typing.remove(key.user());
            began.remove(key.user());
            ended.add(key.user());
        } else if (key.kind() == Kind.CHAT) {
            for (String user : chats.remove(key.source()).users()) {
                touch(user, 0).chat--;
            }
        } else {
            count(key, -1);
        }
    }

    private void count(Key key, int by) {
        switch (key.kind()) {
            case ACTIVE -> people.get(key.user()).active += by;
            case AWAY -> people.get(key.user()).away += by;
            case GRACE -> people.get(key.user()).chat += by;
            default -> {}
        }
    }
}
