package io.liveline.presence.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.roster.Presence;

/**
 * Model of the state of several rooms. Time passes in rounds of {@link #ROUND_MILLIS}: commands are applied in the
 * first second of a round, leases end in the third second of a later round, and the comparison follows. So no result
 * depends on the order of simultaneous events.
 */
public final class RosterModel {

    public static final long ROUND_MILLIS = 4000;
    public static final long COMPARE_MILLIS = 3000;
    public static final Map<String, String> CONFIG = Map.of("life", "46s", "typing.life", "6s", "grace", "10s");
    private static final int LIFE_ROUNDS = 11;
    private static final int TYPING_ROUNDS = 1;
    private static final int GRACE_ROUNDS = 2;
    private static final int LEASE_ROUNDS = 3;
    private static final long LEASE_MILLIS = 14_000;
    private static final int TABS = 3;
    private static final int CHATS = 3;

    /** Command for one room. */
    public record Step(RoomName room, PresenceCommand command) {}

    /** State of one person in one room. */
    private static final class Entry {
        final Map<String, Integer> tabs = new HashMap<>();
        final Map<String, Boolean> away = new HashMap<>();
        int graceUntil;
        int typingUntil;
        boolean left;
        boolean wasHere;
    }

    private final Random random;
    private final List<RoomName> rooms;
    private final int people;
    private final Map<RoomName, Map<String, Entry>> state = new HashMap<>();
    private final Map<RoomName, Map<String, Set<String>>> chats = new HashMap<>();
    private final Map<RoomName, Map<String, Integer>> chatsUntil = new HashMap<>();
    private int round;
    private long offset = 1_000_000;

    public RosterModel(long seed, List<RoomName> rooms, int people) {
        this.random = new Random(seed);
        this.rooms = rooms;
        this.people = people;
        for (RoomName room : rooms) {
            state.put(room, new HashMap<>());
            chats.put(room, new HashMap<>());
            chatsUntil.put(room, new HashMap<>());
        }
    }

    /**
     * Returns the commands of a round, at most one for a person in a room, so that they may be applied in any order.
     */
    public List<Step> commands(int count) {
        List<Step> commands = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (RoomName room : rooms) {
            // Chat memberships are first, and about people without other commands in this round.
            for (int chat = 0; chat < CHATS; chat++) {
                if (random.nextInt(3) > 0) {
                    commands.add(new Step(room, chat(room, "chat" + chat, used)));
                }
            }
        }
        for (int i = 0; i < count; i++) {
            RoomName room = rooms.get(random.nextInt(rooms.size()));
            String user = "user" + random.nextInt(people);
            if (used.add(room + " " + user)) {
                commands.add(new Step(room, command(room, user)));
            }
        }
        return commands;
    }

    /** Ends the leases that end in this round. */
    public void expire() {
        for (RoomName room : rooms) {
            chatsUntil.get(room).forEach((chat, until) -> {
                if (until <= round) {
                    chats.get(room).put(chat, Set.of());
                }
            });
            state.get(room).forEach((user, entry) -> {
                entry.tabs.values().removeIf(until -> until <= round);
                if (entry.typingUntil <= round) {
                    entry.typingUntil = 0;
                }
                if (entry.graceUntil <= round) {
                    entry.graceUntil = 0;
                }
                settle(room, user, entry);
            });
        }
    }

    public void nextRound() {
        round++;
    }

    public Set<String> online(RoomName room) {
        Set<String> online = new TreeSet<>();
        state.get(room).forEach((user, entry) -> {
            if (isHere(room, user, entry)) {
                boolean active =
                        entry.tabs.isEmpty() || entry.tabs.keySet().stream().anyMatch(tab -> !entry.away.get(tab));
                online.add(user + (active ? " active" : " away"));
            }
        });
        return online;
    }

    public Set<String> typing(RoomName room) {
        Set<String> typing = new TreeSet<>();
        state.get(room).forEach((user, entry) -> {
            if (entry.typingUntil > 0) {
                typing.add(user);
            }
        });
        return typing;
    }

    private PresenceCommand command(RoomName room, String user) {
        Entry entry = entry(room, user);
        Person person = new Person(user, user);
        String tab = "tab" + random.nextInt(TABS);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                boolean away = random.nextInt(4) == 0;
                entry.tabs.put(tab, round + LIFE_ROUNDS);
                entry.away.put(tab, away);
                entry.left = false;
                entry.wasHere = true;
                return new PresenceCommand.Here(person, tab, away ? Presence.State.AWAY : Presence.State.ACTIVE);
            }
            case 3 -> {
                if (isHere(room, user, entry)) {
                    entry.tabs.remove(tab);
                    entry.graceUntil = 0;
                    entry.left = entry.tabs.isEmpty();
                    settle(room, user, entry);
                }
                return new PresenceCommand.Leave(user, tab);
            }
            case 4 -> {
                entry.typingUntil = 0;
                return PresenceCommand.Idle.now(user);
            }
            default -> {
                entry.typingUntil = round + TYPING_ROUNDS;
                return new PresenceCommand.Typing(person);
            }
        }
    }

    private PresenceCommand chat(RoomName room, String chat, Set<String> used) {
        Set<String> old = chats.get(room).getOrDefault(chat, Set.of());
        Map<String, Person> connected = new LinkedHashMap<>();
        // Many stay, some drop, some arrive; none of another chat replica that publishes in this round.
        for (String user : old) {
            if (random.nextInt(4) > 0 || used.contains(room + " " + user)) {
                connected.put(user, new Person(user, user));
            }
        }
        for (int i = 0; i < 8; i++) {
            String user = "user" + random.nextInt(people);
            if (!used.contains(room + " " + user)) {
                connected.put(user, new Person(user, user));
            }
        }
        Set<String> users = new TreeSet<>(connected.keySet());
        chats.get(room).put(chat, users);
        chatsUntil.get(room).put(chat, round + LEASE_ROUNDS);
        for (String user : users) {
            used.add(room + " " + user);
            Entry entry = entry(room, user);
            entry.wasHere = true;
            if (!old.contains(user)) {
                entry.left = false;
                entry.graceUntil = 0;
            }
        }
        for (String user : old) {
            if (!users.contains(user)) {
                used.add(room + " " + user);
                Entry entry = entry(room, user);
                if (!isConnected(room, user) && !entry.left) {
                    entry.graceUntil = round + GRACE_ROUNDS;
                }
                settle(room, user, entry);
            }
        }
        return new PresenceCommand.Connected(
                chat, LEASE_MILLIS, new Cursor("model", ++offset), List.copyOf(connected.values()));
    }

    private void settle(RoomName room, String user, Entry entry) {
        if (entry.wasHere && !isHere(room, user, entry)) {
            entry.wasHere = false;
            entry.typingUntil = 0;
            entry.left = false;
        }
    }

    private boolean isHere(RoomName room, String user, Entry entry) {
        return !entry.tabs.isEmpty() || entry.graceUntil > 0 || isConnected(room, user);
    }

    private boolean isConnected(RoomName room, String user) {
        return chats.get(room).values().stream().anyMatch(users -> users.contains(user));
    }

    private Entry entry(RoomName room, String user) {
        return state.get(room).computeIfAbsent(user, u -> new Entry());
    }
}
