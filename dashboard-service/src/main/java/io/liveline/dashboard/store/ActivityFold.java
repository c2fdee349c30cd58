package io.liveline.dashboard.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.liveline.bus.support.BoundedMap;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.contract.ActivityFact;

/**
 * In-memory counterpart of {@code fold.lua}: folds facts into the counters that the suite maintains itself.
 * Single-threaded; time is an argument.
 */
public final class ActivityFold {

    /** Prefix of the names of the counters of single rooms. */
    public static final String ROOM = "chat.messages.";

    // Late facts arrive about the epoch before the newest one at most.
    private static final int MAX_EPOCHS = 2;

    private record Connected(long count, long untilMillis) {}

    private final DashboardConfig.Suite config;
    // Number of messages of each room by epoch of its log, the newest epoch last.
    private final Map<String, Map<String, Long>> posts = new HashMap<>();
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
     * Folds facts into the counters.
     *
     * @param atMillis the same instant, in milliseconds since 1970
     * @return values of the suite's counters and of the counters of the rooms in the facts
     */
    Map<String, Long> fold(List<ActivityFact> facts, long nowMillis, long atMillis) {
        Set<String> touched = new HashSet<>();
        for (ActivityFact each : facts) {
            if (each instanceof ActivityFact.Posts fact) {
                // The clock may have been set back since the fact was published: no fact is from the future.
                fold(fact, nowMillis - Math.max(0, atMillis - fact.atMillis()));
                touched.add(fact.room());
            } else if (each instanceof ActivityFact.People fact) {
                fold(fact);
            } else if (each instanceof ActivityFact.Connections fact) {
                long until = nowMillis + config.connectionsLive().toMillis();
                connections.put(List.of(fact.replica(), fact.transport()), new Connected(fact.count(), until));
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

    private void fold(ActivityFact.Posts fact, long whenMillis) {
        if (!posts.containsKey(fact.room()) && posts.size() >= config.maxRooms()) {
            return;
        }
        Map<String, Long> epochs = posts.computeIfAbsent(fact.room(), room -> new BoundedMap<>(MAX_EPOCHS));
        long by = fact.messages() - epochs.getOrDefault(fact.at().epoch(), 0L);
        if (by > 0) {
            epochs.put(fact.at().epoch(), fact.messages());
            messages += by;
            rooms.merge(fact.room(), by, Long::sum);
            seconds.merge(whenMillis / 1000, by, Long::sum);
            active.merge(fact.room(), whenMillis, Math::max);
        }
    }

    private void fold(ActivityFact.People fact) {
        ActivityFact.People known = people.getOrDefault(fact.room(), gone.get(fact.room()));
        if (known != null
                && known.at().sameLife(fact.at())
                && known.at().offset() >= fact.at().offset()) {
            return;
        }
        boolean here = fact.online() + fact.typing() > 0;
        Map<String, ActivityFact.People> place = here ? people : gone;
        if (!place.containsKey(fact.room()) && place.size() >= config.maxRooms()) {
            if (here) {
                return;
            }
            gone.clear();
        }
        (here ? gone : people).remove(fact.room());
        place.put(fact.room(), fact);
        online += fact.online() - (known == null ? 0 : known.online());
        typing += fact.typing() - (known == null ? 0 : known.typing());
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
