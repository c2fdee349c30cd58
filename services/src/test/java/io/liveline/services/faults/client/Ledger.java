package io.liveline.services.faults.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients said, what was acknowledged, and what everybody saw: it tells what is wrong with that. Everybody is
 * taken to have seen their room from its beginning on.
 */
public final class Ledger {

    /** More than anybody reads. */
    private static final int MOST_WRONGS = 50;

    /** A message as somebody saw it. */
    record Seen(String cursor, String id) {

        private String epoch() {
            return cursor.substring(0, cursor.indexOf('-'));
        }

        private long offset() {
            return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
        }
    }

    /** A room's log, as far as it is known from outside. */
    private static final class Room {

        /** Whether or not an answer came. */
        private final Set<String> said = new HashSet<>();

        private final Map<String, String> acknowledged = new LinkedHashMap<>();
        private final Map<String, List<Seen>> readers = new TreeMap<>();
    }

    private final Map<String, Room> rooms = new TreeMap<>();
    private final Map<String, AtomicLong> counted = new TreeMap<>();
    private final List<String> wrongs = new ArrayList<>();

    private Room room(String name) {
        return rooms.computeIfAbsent(name, any -> new Room());
    }

    /** Somebody asks for this to be said. */
    synchronized void said(String room, String id) {
        room(room).said.add(id);
    }

    /** It was answered that this is in the log there; also when the answer was to a repetition. */
    synchronized void acknowledged(String room, String id, String cursor) {
        String before = room(room).acknowledged.putIfAbsent(id, cursor);
        if (before != null && !before.equals(cursor)) {
            wrong(room + ": " + id + " was acknowledged at " + before + " and at " + cursor);
        }
    }

    /** Somebody reads a room from its beginning. */
    synchronized void reads(String room, String reader) {
        room(room).readers.computeIfAbsent(reader, any -> new ArrayList<>());
    }

    /** Somebody was given this as what comes next. */
    synchronized void seen(String room, String reader, String cursor, String id) {
        reads(room, reader);
        room(room).readers.get(reader).add(new Seen(cursor, id));
    }

    /** So much was added to a counter, and that was acknowledged. */
    synchronized void added(String counter, long by) {
        counted.computeIfAbsent(counter, any -> new AtomicLong()).addAndGet(by);
    }

    /** Something else is wrong. */
    synchronized void wrong(String what) {
        if (wrongs.size() < MOST_WRONGS) {
            wrongs.add(what);
        }
    }

    /** How many messages were acknowledged. */
    public synchronized int messages() {
        return rooms.values().stream()
                .mapToInt(room -> room.acknowledged.size())
                .sum();
    }

    /** How many messages were said in a room. */
    synchronized int said(String room) {
        return room(room).said.size();
    }

    /** Whether this is what somebody has seen last. */
    synchronized boolean hasSeen(String room, String reader, String id) {
        List<Seen> seen = room(room).readers.getOrDefault(reader, List.of());
        return !seen.isEmpty() && seen.get(seen.size() - 1).id().equals(id);
    }

    /** What each counter has to show. */
    public synchronized Map<String, Long> counters() {
        Map<String, Long> values = new TreeMap<>();
        counted.forEach((name, value) -> values.put(name, value.get()));
        return values;
    }

    /** What is wrong with the counters that somebody was shown. */
    synchronized List<String> compare(String who, Map<String, Long> shown) {
        return counters().entrySet().stream()
                .filter(due -> !due.getValue().equals(shown.get(due.getKey())))
                .map(due -> who + ": " + due.getKey() + " is " + shown.get(due.getKey()) + " where " + due.getValue()
                        + " was acknowledged")
                .toList();
    }

    /** Everything that is wrong; nobody says or sees anything any more. */
    public synchronized List<String> wrongs() {
        rooms.forEach(this::check);
        return List.copyOf(wrongs);
    }

    private void check(String name, Room room) {
        Map<String, String> places = new HashMap<>();
        room.readers.forEach((reader, seen) -> {
            checkOrder(name + ", " + reader, seen);
            checkWhat(name + ", " + reader, room, seen);
            for (Seen one : seen) {
                String other = places.putIfAbsent(one.cursor(), one.id());
                if (other != null && !other.equals(one.id())) {
                    wrong(name + ": at " + one.cursor() + " is " + one.id() + " for " + reader + ", and " + other);
                }
            }
        });
    }

    private void checkOrder(String who, List<Seen> seen) {
        Set<String> ids = new HashSet<>();
        Map<String, Integer> newest = new HashMap<>();
        Seen last = null;
        for (Seen one : seen) {
            if (!ids.add(one.id())) {
                wrong(who + ": saw " + one + " again");
            }
            if (last != null && !last.epoch().equals(one.epoch())) {
                wrong(who + ": saw another life of the log: " + last + ", " + one);
            } else if (last != null && last.offset() >= one.offset()) {
                wrong(who + ": saw " + one + " after " + last);
            }
            // Ids are name-number: nobody says anything before what they said last is acknowledged.
            int dash = one.id().lastIndexOf('-');
            Integer before = newest.put(
                    one.id().substring(0, dash), Integer.parseInt(one.id().substring(dash + 1)));
            if (before != null && before >= Integer.parseInt(one.id().substring(dash + 1))) {
                wrong(who + ": saw " + one + " after number " + before + " of the same speaker");
            }
            last = one;
        }
    }

    private void checkWhat(String who, Room room, List<Seen> seen) {
        Map<String, String> cursors = new HashMap<>();
        for (Seen one : seen) {
            cursors.put(one.id(), one.cursor());
            if (!room.said.contains(one.id())) {
                wrong(who + ": saw " + one + ", which nobody said");
            }
        }
        room.acknowledged.forEach((id, cursor) -> {
            if (!cursors.containsKey(id)) {
                wrong(who + ": never saw " + id + ", acknowledged at " + cursor);
            } else if (!cursors.get(id).equals(cursor)) {
                wrong(who + ": saw " + id + " at " + cursors.get(id) + ", acknowledged at " + cursor);
            }
        });
    }
}
