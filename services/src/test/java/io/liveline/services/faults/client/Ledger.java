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
 * Record of what clients sent, what was acknowledged, and what each reader received; it finds the errors in it. Each
 * reader has to receive its room from the first message on.
 */
public final class Ledger {

    /** Maximum number of errors that are kept. */
    private static final int MAX_ERRORS = 50;

    /** Message as a reader received it. */
    record Seen(String cursor, String id) {

        private String epoch() {
            return cursor.substring(0, cursor.indexOf('-'));
        }

        private long offset() {
            return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
        }
    }

    /** Log of a room, as far as its clients know it. */
    private static final class Room {

        /** Ids of all messages that were sent, acknowledged or not. */
        private final Set<String> sent = new HashSet<>();

        private final Map<String, String> acknowledged = new LinkedHashMap<>();
        private final Map<String, List<Seen>> readers = new TreeMap<>();
    }

    private final Map<String, Room> rooms = new TreeMap<>();
    private final Map<String, AtomicLong> counted = new TreeMap<>();
    private final List<String> errors = new ArrayList<>();

    private Room room(String name) {
        return rooms.computeIfAbsent(name, any -> new Room());
    }

    /** Records that a client sent this message. */
    synchronized void sent(String room, String id) {
        room(room).sent.add(id);
    }

    /** Records the acknowledgement of a message at a cursor; the answer to a repetition counts too. */
    synchronized void acknowledged(String room, String id, String cursor) {
        String before = room(room).acknowledged.putIfAbsent(id, cursor);
        if (before != null && !before.equals(cursor)) {
            error(room + ": " + id + " was acknowledged at " + before + " and at " + cursor);
        }
    }

    /** Records that a reader subscribes to a room from its first message on. */
    synchronized void reads(String room, String reader) {
        room(room).readers.computeIfAbsent(reader, any -> new ArrayList<>());
    }

    /** Records that a reader received this message next. */
    synchronized void seen(String room, String reader, String cursor, String id) {
        reads(room, reader);
        room(room).readers.get(reader).add(new Seen(cursor, id));
    }

    /** Records an acknowledged increment of a counter. */
    synchronized void added(String counter, long by) {
        counted.computeIfAbsent(counter, any -> new AtomicLong()).addAndGet(by);
    }

    /** Records any other error. */
    synchronized void error(String what) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(what);
        }
    }

    /** Returns the number of acknowledged messages. */
    public synchronized int messages() {
        return rooms.values().stream()
                .mapToInt(room -> room.acknowledged.size())
                .sum();
    }

    /** Returns the number of messages that were sent to a room. */
    synchronized int sent(String room) {
        return room(room).sent.size();
    }

    /** Returns true if this is the newest message that a reader received. */
    synchronized boolean hasSeen(String room, String reader, String id) {
        List<Seen> seen = room(room).readers.getOrDefault(reader, List.of());
        return !seen.isEmpty() && seen.get(seen.size() - 1).id().equals(id);
    }

    /** Returns the acknowledged value of each counter. */
    public synchronized Map<String, Long> counters() {
        Map<String, Long> values = new TreeMap<>();
        counted.forEach((name, value) -> values.put(name, value.get()));
        return values;
    }

    /** Returns the differences between the acknowledged values and those that a reader received. */
    synchronized List<String> compare(String who, Map<String, Long> shown) {
        return counters().entrySet().stream()
                .filter(expected -> !expected.getValue().equals(shown.get(expected.getKey())))
                .map(expected -> who + ": " + expected.getKey() + " is " + shown.get(expected.getKey())
                        + ", acknowledged " + expected.getValue())
                .toList();
    }

    /** Returns all errors. No client may send or receive anything any more. */
    public synchronized List<String> errors() {
        rooms.forEach(this::check);
        return List.copyOf(errors);
    }

    private void check(String name, Room room) {
        Map<String, String> idsByCursor = new HashMap<>();
        room.readers.forEach((reader, seen) -> {
            checkOrder(name + ", " + reader, seen);
            checkContent(name + ", " + reader, room, seen);
            for (Seen one : seen) {
                String other = idsByCursor.putIfAbsent(one.cursor(), one.id());
                if (other != null && !other.equals(one.id())) {
                    error(name + ": at " + one.cursor() + " is " + one.id() + " for " + reader + ", and " + other);
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
                error(who + ": saw " + one + " again");
            }
            if (last != null && !last.epoch().equals(one.epoch())) {
                error(who + ": received another epoch of the log: " + last + ", " + one);
            } else if (last != null && last.offset() >= one.offset()) {
                error(who + ": saw " + one + " after " + last);
            }
            // Ids are name-number: a client sends a message only after its last one was acknowledged.
            int dash = one.id().lastIndexOf('-');
            Integer before = newest.put(
                    one.id().substring(0, dash), Integer.parseInt(one.id().substring(dash + 1)));
            if (before != null && before >= Integer.parseInt(one.id().substring(dash + 1))) {
                error(who + ": saw " + one + " after number " + before + " of the same sender");
            }
            last = one;
        }
    }

    private void checkContent(String who, Room room, List<Seen> seen) {
        Map<String, String> cursors = new HashMap<>();
        for (Seen one : seen) {
            cursors.put(one.id(), one.cursor());
            if (!room.sent.contains(one.id())) {
                error(who + ": saw " + one + ", which nobody sent");
            }
        }
        room.acknowledged.forEach((id, cursor) -> {
            if (!cursors.containsKey(id)) {
                error(who + ": never saw " + id + ", acknowledged at " + cursor);
            } else if (!cursors.get(id).equals(cursor)) {
                error(who + ": saw " + id + " at " + cursors.get(id) + ", acknowledged at " + cursor);
            }
        });
    }
}
