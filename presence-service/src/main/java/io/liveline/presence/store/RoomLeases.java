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
 * One room in memory: what holds each person there, and until when. The same rules as {@code roster.lua}, in the same
 * words. Plain and single-threaded; time is an argument.
 */
final class RoomLeases {

    /** What a lease stands for. */
    private enum Kind {
        ACTIVE,
        AWAY,
        /** A chat connection that dropped a moment ago. */
        GRACE,
        TYPING,
        /** A chat replica's word for everybody who is connected over it. */
        CHAT
    }

    /** @param source the tab, or the chat replica */
    private record Key(Kind kind, String source, String user) {

        static final Comparator<Key> ORDER =
                Comparator.comparing(Key::kind).thenComparing(Key::source).thenComparing(Key::user);
    }

    private record Lease(long untilMillis, Key key) {}

    /** One person, and how many leases of each kind hold them here. */
    private static final class Entry {
        // Under the newest name.
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

    private record Source(Cursor said, Set<String> users) {}

    private final PresenceConfig config;
    private final InstantSource clock;
    private final Map<Key, Long> leases = new HashMap<>();
    private final TreeSet<Lease> byEnd =
            new TreeSet<>(Comparator.comparingLong(Lease::untilMillis).thenComparing(Lease::key, Key.ORDER));
    private final Map<String, Entry> people = new HashMap<>();
    private final Map<String, Person> typing = new HashMap<>();
    private final Map<String, Source> chats = new HashMap<>();
    // As each person was seen before the act that is under way; null for not at all.
    private final Map<String, Presence> before = new LinkedHashMap<>();
    private final Map<String, Person> began = new LinkedHashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();

    /** @param clock what people are shown and events are told by; how long leases hold, the arguments say */
    RoomLeases(PresenceConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    CommandResult.Verdict here(PresenceCommand.Here act, long now) {
        String user = act.person().user();
        boolean away = act.state() == Presence.State.AWAY;
        Key key = new Key(away ? Kind.AWAY : Kind.ACTIVE, act.tab(), user);
        Key other = new Key(away ? Kind.ACTIVE : Kind.AWAY, act.tab(), user);
        Entry known = people.get(user);
        if (known == null && people.size() >= config.maxPeople()
                || known != null
                        && known.active + known.away >= config.maxTabs()
                        && !leases.containsKey(key)
                        && !leases.containsKey(other)) {
            return CommandResult.Verdict.FULL;
        }
        Entry entry = touch(act.person(), now);
        entry.left = false;
        hold(key, now + config.life().toMillis());
        release(other);
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict leave(PresenceCommand.Leave act, long now) {
        String user = act.user();
        if (people.containsKey(user)) {
            touch(user, now);
            release(new Key(Kind.ACTIVE, act.tab(), user));
            release(new Key(Kind.AWAY, act.tab(), user));
            release(new Key(Kind.GRACE, "", user));
            Entry entry = people.get(user);
            // Said goodbye: when the chat connection goes too, there is nothing to wait for.
            entry.left = entry.active + entry.away == 0;
        }
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict typing(PresenceCommand.Typing act, long now) {
        if (people.size() > config.typing().maxPeople()) {
            return CommandResult.Verdict.NO_TYPING;
        }
        String user = act.person().user();
        if (!typing.containsKey(user) && typing.size() >= config.maxPeople()) {
            return CommandResult.Verdict.FULL;
        }
        hold(new Key(Kind.TYPING, "", user), now + config.typing().life().toMillis());
        types(people.containsKey(user) ? touch(act.person(), now).person : act.person());
        return CommandResult.Verdict.SAME;
    }

    private void types(Person person) {
        if (!person.equals(typing.put(person.user(), person))) {
            began.put(person.user(), person);
        }
    }

    CommandResult.Verdict idle(PresenceCommand.Idle act, long now) {
        Key key = new Key(Kind.TYPING, "", act.user());
        Long until = leases.get(key);
        long asOf = now - Math.max(0, clock.millis() - act.asOfMillis());
        if (until != null && until - config.typing().life().toMillis() <= asOf) {
            release(key);
        }
        return CommandResult.Verdict.SAME;
    }

    CommandResult.Verdict connected(PresenceCommand.Connected act, long now) {
        Source known = chats.get(act.replica());
        if (known != null
                && known.said().sameLife(act.said())
                && known.said().offset() >= act.said().offset()) {
            return CommandResult.Verdict.SAME;
        }
        Set<String> old = known == null ? Set.of() : known.users();
        Set<String> users = new LinkedHashSet<>();
        for (Person person : act.people()) {
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
        Key key = new Key(Kind.CHAT, act.replica(), "");
        chats.put(act.replica(), new Source(act.said(), users));
        hold(key, now + act.lease());
        return CommandResult.Verdict.SAME;
    }

    /**
     * Ends what has run out.
     *
     * @param mercy whether people are kept all the same, as their heartbeats could not arrive; typing never is
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

    /** When the next lease runs out; {@link Long#MAX_VALUE} when there is none. */
    long due() {
        return byEnd.isEmpty() ? Long.MAX_VALUE : byEnd.first().untilMillis();
    }

    /** What the acts since the last call changed that anybody can see. */
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
                    types(entry.person);
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

    /** The person's entry, made when there is none; remembers how it looked. */
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

    /** The chat connection of this person is gone, or the last of several is. */
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
