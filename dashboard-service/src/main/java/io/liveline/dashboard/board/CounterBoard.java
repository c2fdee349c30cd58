package io.liveline.dashboard.board;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.edge.ProblemException;

/**
 * Replica's copy of all counters, in the order of their last change, so that the changes after a position are found
 * without scanning the rest. Thread-safe; no call takes longer than one pass over the counters.
 */
public final class CounterBoard {

    /**
     * Counters that changed after a position; all counters, and {@code whole} is true, if the position belongs to
     * another epoch.
     */
    public record Changes(Cursor cursor, List<Counter> counters, boolean whole) {}

    private static final class Node {
        Counter counter;
        Node older;
        Node newer;
    }

    private final Map<String, Node> nodes = new HashMap<>();
    // Sentinel of a circular list, between the newest and the oldest counter.
    private final Node ends = new Node();
    private volatile Cursor cursor;

    public CounterBoard() {
        ends.older = ends;
        ends.newer = ends;
    }

    /** Returns the position of the board; null before the first load. */
    public Cursor cursor() {
        return cursor;
    }

    /** Returns whether the board contains everything up to a position; always true for null. */
    public boolean holds(Cursor position) {
        Cursor at = cursor;
        return position == null || at != null && at.sameLife(position) && position.offset() <= at.offset();
    }

    /** @throws ProblemException 503 {@code unavailable} before the first load */
    public void requireLoaded(Duration retryAfter) {
        if (cursor == null) {
            throw ProblemException.unavailable("The counters are not available yet", retryAfter);
        }
    }

    public synchronized int size() {
        return nodes.size();
    }

    /** Loads a snapshot of the store. Returns how many counters differed. */
    synchronized int load(CounterSnapshot snapshot) {
        boolean sameEpoch = cursor != null && cursor.sameLife(snapshot.cursor());
        if (!sameEpoch) {
            nodes.clear();
            ends.older = ends;
            ends.newer = ends;
        }
        int differing = 0;
        for (Counter counter : snapshot.counters()) {
            Node known = nodes.get(counter.name());
            if (known == null || isNewer(counter.version(), known.counter.version())) {
                put(counter);
                differing++;
            }
        }
        sort(snapshot.cursor());
        if (!sameEpoch || snapshot.cursor().offset() > cursor.offset()) {
            cursor = snapshot.cursor();
        }
        return differing;
    }

    /** Applies the next change of the topic. */
    synchronized void apply(Cursor at, List<Counter> changed) {
        changed.forEach(this::put);
        cursor = at;
    }

    /**
     * Returns the selected counters that changed after a position, oldest change first; all of them if {@code from} is
     * null or belongs to another epoch.
     */
    public synchronized Changes since(Cursor from, CounterSelection names) {
        if (from == null || !from.sameLife(cursor)) {
            return new Changes(cursor, all(names), true);
        }
        List<Counter> found = new ArrayList<>();
        for (Node node = ends.older; node != ends && isAfter(node.counter, from); node = node.older) {
            if (names.match(node.counter.name())) {
                found.add(node.counter);
            }
        }
        return new Changes(cursor, found, false);
    }

    /** Returns the selected counters, at the position of the last change among them. */
    public synchronized CounterSnapshot snapshot(CounterSelection names) {
        List<Counter> counters = all(names);
        long newest = 0;
        for (Counter counter : counters) {
            if (counter.version().sameLife(cursor)) {
                newest = Math.max(newest, counter.version().offset());
            }
        }
        return new CounterSnapshot(cursor.at(Math.min(newest, cursor.offset())), counters);
    }

    /** Returns a counter, or null. */
    public synchronized Counter get(String name) {
        Node node = nodes.get(name);
        return node == null ? null : node.counter;
    }

    private List<Counter> all(CounterSelection names) {
        List<Counter> found = new ArrayList<>();
        if (names.isExact()) {
            for (String name : names.names().exact()) {
                Node node = names.match(name) ? nodes.get(name) : null;
                if (node != null) {
                    found.add(node.counter);
                }
            }
        } else {
            for (Node node = ends.newer; node != ends; node = node.newer) {
                if (names.match(node.counter.name())) {
                    found.add(node.counter);
                }
            }
        }
        return found;
    }

    /** Sorts all counters by their last change. */
    private void sort(Cursor epoch) {
        List<Counter> all = new ArrayList<>(nodes.size());
        nodes.values().forEach(node -> all.add(node.counter));
        // Versions of a former epoch are older than all of this one.
        all.sort(Comparator.comparingLong(
                c -> c.version().sameLife(epoch) ? c.version().offset() : -1));
        all.forEach(this::put);
    }

    private static boolean isAfter(Counter counter, Cursor from) {
        return counter.version().sameLife(from) && counter.version().offset() > from.offset();
    }

    private static boolean isNewer(Cursor version, Cursor known) {
        return !version.sameLife(known) || version.offset() > known.offset();
    }

    private void put(Counter counter) {
        Node node = nodes.get(counter.name());
        if (node == null) {
            node = new Node();
            nodes.put(counter.name(), node);
        } else {
            node.older.newer = node.newer;
            node.newer.older = node.older;
        }
        node.counter = counter;
        node.older = ends.older;
        node.newer = ends;
        ends.older.newer = node;
        ends.older = node;
    }
}
