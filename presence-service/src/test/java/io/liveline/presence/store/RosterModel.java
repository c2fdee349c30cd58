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
 * What the true state of some rooms is, told in the plainest way: who holds what until when. Time goes in rounds of
 * {@link #ROUND_MILLIS}: acts come in the first second of a round, what they hold ends in the third second of another,
 * and the comparison comes after that. So nothing depends on what comes first within a moment.
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

    /** One act on one room. */
    public record Step(RoomName room, PresenceCommand act) {}

    /** One person in one room. */
    private static final class Somebody {
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
    private final Map<RoomName, Map<String, Somebody>> state = new HashMap<>();
    private final Map<RoomName, Map<String, Set<String>>> chats = new HashMap<>();
    private final Map<RoomName, Map<String, Integer>> chatsUntil = new HashMap<>();
    private int round;
    private long said = 1_000_000;

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

    /** The acts of a round, each person at most once in a room, so that they may be done in any order. */
    public List<Step> acts(int count) {
        List<Step> acts = new ArrayList<>();
        Set<String> acted = new HashSet<>();
        for (RoomName room : rooms) {
            // What chat says comes first and is about people who do nothing else in this round.
            for (int chat = 0; chat < CHATS; chat++) {
                if (random.nextInt(3) > 0) {
                    acts.add(new Step(room, chat(room, "chat" + chat, acted)));
                }
            }
        }
        for (int i = 0; i < count; i++) {
            RoomName room = rooms.get(random.nextInt(rooms.size()));
            String user = "user" + random.nextInt(people);
            if (acted.add(room + " " + user)) {
                acts.add(new Step(room, act(room, user)));
            }
        }
        return acts;
    }

    /** Ends what ends in this round. */
    public void expire() {
        for (RoomName room : rooms) {
            chatsUntil.get(room).forEach((chat, until) -> {
                if (until <= round) {
                    chats.get(room).put(chat, Set.of());
                }
            });
            state.get(room).forEach((user, somebody) -> {
                somebody.tabs.values().removeIf(until -> until <= round);
                if (somebody.typingUntil <= round) {
                    somebody.typingUntil = 0;
                }
                if (somebody.graceUntil <= round) {
                    somebody.graceUntil = 0;
                }
                settle(room, user, somebody);
            });
        }
    }

    public void nextRound() {
        round++;
    }

    public Set<String> online(RoomName room) {
        Set<String> online = new TreeSet<>();
        state.get(room).forEach((user, somebody) -> {
            if (isHere(room, user, somebody)) {
                boolean active = somebody.tabs.isEmpty()
                        || somebody.tabs.keySet().stream().anyMatch(tab -> !somebody.away.get(tab));
                online.add(user + (active ? " active" : " away"));
            }
        });
        return online;
    }

    public Set<String> typing(RoomName room) {
        Set<String> typing = new TreeSet<>();
        state.get(room).forEach((user, somebody) -> {
            if (somebody.typingUntil > 0) {
                typing.add(user);
            }
        });
        return typing;
    }

    private PresenceCommand act(RoomName room, String user) {
        Somebody somebody = somebody(room, user);
        Person person = new Person(user, user);
        String tab = "tab" + random.nextInt(TABS);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                boolean away = random.nextInt(4) == 0;
                somebody.tabs.put(tab, round + LIFE_ROUNDS);
                somebody.away.put(tab, away);
                somebody.left = false;
                somebody.wasHere = true;
                return new PresenceCommand.Here(person, tab, away ? Presence.State.AWAY : Presence.State.ACTIVE);
            }
            case 3 -> {
                if (isHere(room, user, somebody)) {
                    somebody.tabs.remove(tab);
                    somebody.graceUntil = 0;
                    somebody.left = somebody.tabs.isEmpty();
                    settle(room, user, somebody);
                }
                return new PresenceCommand.Leave(user, tab);
            }
            case 4 -> {
                somebody.typingUntil = 0;
                return PresenceCommand.Idle.now(user);
            }
            default -> {
                somebody.typingUntil = round + TYPING_ROUNDS;
                return new PresenceCommand.Typing(person);
            }
        }
    }

    private PresenceCommand chat(RoomName room, String chat, Set<String> acted) {
        Set<String> old = chats.get(room).getOrDefault(chat, Set.of());
        Map<String, Person> connected = new LinkedHashMap<>();
        // Many stay, some drop, some come; nobody who is with another chat replica that speaks in this round.
        for (String user : old) {
            if (random.nextInt(4) > 0 || acted.contains(room + " " + user)) {
                connected.put(user, new Person(user, user));
            }
        }
        for (int i = 0; i < 8; i++) {
            String user = "user" + random.nextInt(people);
            if (!acted.contains(room + " " + user)) {
                connected.put(user, new Person(user, user));
            }
        }
        Set<String> users = new TreeSet<>(connected.keySet());
        chats.get(room).put(chat, users);
        chatsUntil.get(room).put(chat, round + LEASE_ROUNDS);
        for (String user : users) {
            acted.add(room + " " + user);
            Somebody somebody = somebody(room, user);
            somebody.wasHere = true;
            if (!old.contains(user)) {
                somebody.left = false;
                somebody.graceUntil = 0;
            }
        }
        for (String user : old) {
            if (!users.contains(user)) {
                acted.add(room + " " + user);
                Somebody somebody = somebody(room, user);
                if (!isConnected(room, user) && !somebody.left) {
                    somebody.graceUntil = round + GRACE_ROUNDS;
                }
                settle(room, user, somebody);
            }
        }
        return new PresenceCommand.Connected(
                chat, LEASE_MILLIS, new Cursor("model", ++said), List.copyOf(connected.values()));
    }

    private void settle(RoomName room, String user, Somebody somebody) {
        if (somebody.wasHere && !isHere(room, user, somebody)) {
            somebody.wasHere = false;
            somebody.typingUntil = 0;
            somebody.left = false;
        }
    }

    private boolean isHere(RoomName room, String user, Somebody somebody) {
        return !somebody.tabs.isEmpty() || somebody.graceUntil > 0 || isConnected(room, user);
    }

    private boolean isConnected(RoomName room, String user) {
        return chats.get(room).values().stream().anyMatch(users -> users.contains(user));
    }

    private Somebody somebody(RoomName room, String user) {
        return state.get(room).computeIfAbsent(user, u -> new Somebody());
    }
}
