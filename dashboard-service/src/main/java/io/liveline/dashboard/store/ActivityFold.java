package io.liveline.dashboard.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.ActivityFact;

/**
 * The counters that the suite feeds itself, folded from facts: what {@code fold.lua} does, in memory. Plain and
 * single-threaded; time is an argument.
 */
public final class ActivityFold {

    /** What the names of the rooms' own counters begin with. */
    public static final String ROOM = "chat.messages.";

    // A late fact about the life before the newest is still known; there is none about one before that.
    private static final int LIVES = 2;

    private record Connected(long count, long untilMillis) {}

    private final DashboardConfig.Suite config;
    // Of each room, the messages by life of its log, the newest last.
    private final Map<String, LinkedHashMap<String, Long>> posts = new HashMap<>();
    private final Map<String, Long> rooms = new HashMap<>();
    private final Map<String, ActivityFact.People> people = new HashMap<>();
    private final Map<String, ActivityFact.People> gone = new HashMap<>();
    private final Map<List<String>, Connected> connections = new HashMap<>();
    private final Map<String, Long> active = new HashMap<>();
    private final TreeMap<Long, Long> seconds = new TreeMap<>();
    private long messages;
    private long online;
    private long typing;

    ActivityFold(DashboardConfig.Suite config) {
        this.config = config;
    }

    /**
     * Takes the facts in.
     *
     * @param atMillis the same moment, in milliseconds since 1970
     * @return the counters of the suite, and those of the rooms that the facts are about
     */
    Map<String, Long> fold(List<ActivityFact> facts, long nowMillis, long atMillis) {
        Set<String> touched = new HashSet<>();
        for (ActivityFact fact : facts) {
            if (fact instanceof ActivityFact.Posts told) {
                // A fact from before the clock was set back is not from the future.
                fold(told, nowMillis - Math.max(0, atMillis - told.atMillis()));
                touched.add(told.room());
            } else if (fact instanceof ActivityFact.People told) {
                fold(told);
            } else if (fact instanceof ActivityFact.Connections told) {
                long until = nowMillis + config.connectionsLive().toMillis();
                connections.put(List.of(told.replica(), told.transport()), new Connected(told.count(), until));
            }
        }
        Map<String, Long> values = values(nowMillis);
        for (String room : touched) {
            if (rooms.containsKey(room)) {
                values.put(ROOM + room, rooms.get(room));
            }
        }
        return values;
    }

    private void fold(ActivityFact.Posts told, long whenMillis) {
        if (!posts.containsKey(told.room()) && posts.size() >= config.maxRooms()) {
            return;
        }
        LinkedHashMap<String, Long> lives = posts.computeIfAbsent(told.room(), room -> new LinkedHashMap<>());
        long by = told.messages() - lives.getOrDefault(told.epoch(), 0L);
        if (by > 0) {
            lives.put(told.epoch(), told.messages());
            if (lives.size() > LIVES) {
                lives.remove(lives.keySet().iterator().next());
            }
            messages += by;
            rooms.merge(told.room(), by, Long::sum);
            seconds.merge(whenMillis / 1000, by, Long::sum);
            active.merge(told.room(), whenMillis, Math::max);
        }
    }

    private void fold(ActivityFact.People told) {
        ActivityFact.People known = people.getOrDefault(told.room(), gone.get(told.room()));
        if (known != null
                && known.at().sameLife(told.at())
                && known.at().offset() >= told.at().offset()) {
            return;
        }
        boolean here = told.online() + told.typing() > 0;
        Map<String, ActivityFact.People> place = here ? people : gone;
        if (!place.containsKey(told.room()) && place.size() >= config.maxRooms()) {
            if (here) {
                return;
            }
            gone.clear();
        }
        (here ? gone : people).remove(told.room());
        place.put(told.room(), told);
        online += told.online() - (known == null ? 0 : known.online());
        typing += told.typing() - (known == null ? 0 : known.typing());
    }

    private Map<String, Long> values(long nowMillis) {
        connections.values().removeIf(connected -> connected.untilMillis() <= nowMillis);
        seconds.headMap((nowMillis - 60_000) / 1000, true).clear();
        active.values().removeIf(last -> last <= nowMillis - config.roomKnown().toMillis());
        posts.keySet().retainAll(active.keySet());
        long activeSince = nowMillis - config.roomActive().toMillis();
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("chat.messages", messages);
        values.put(
                "chat.messages_per_minute",
                seconds.values().stream().mapToLong(n -> n).sum());
        values.put(
                "chat.rooms_active",
                active.values().stream().filter(last -> last > activeSince).count());
        values.put("presence.online", online);
        values.put("presence.typing", typing);
        for (String transport : List.of("websocket", "sse", "longpoll")) {
            values.put("connections." + transport, 0L);
        }
        connections.forEach((of, connected) -> values.merge("connections." + of.get(1), connected.count(), Long::sum));
        return values;
    }
}
