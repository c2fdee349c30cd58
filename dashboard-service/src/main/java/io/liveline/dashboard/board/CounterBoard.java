package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;

/**
 * All counters as this replica knows them, in the order of their last change: what changed behind a position is found
 * without looking at the rest. Safe for use by any thread; no call takes longer than a walk over the counters.
 */
public final class CounterBoard {

    /** What is behind a position; {@code whole} when the position is of another life, and everything is given. */
    public record Changes(Cursor cursor, List<Counter> counters, boolean whole) {}

    private static final class Node {
        Counter counter;
        Node older;
        Node newer;
    }

    private final Map<String, Node> nodes = new HashMap<>();
    // A ring with this one between the newest and the oldest.
    private final Node ends = new Node();
    private volatile Cursor cursor;

    public CounterBoard() {
        ends.older = ends;
        ends.newer = ends;
    }

    /** The position that this has reached; null before anything was loaded. */
    public Cursor cursor() {
        return cursor;
    }

    /** Whether everything up to a position is known; there is nothing up to null. */
    public boolean holds(Cursor position) {
        Cursor at = cursor;
        return position == null || at != null && at.sameLife(position) && position.offset() <= at.offset();
    }

    boolean isOfThisLife(Cursor position) {
        Cursor at = cursor;
        return at != null && at.sameLife(position);
    }

    public synchronized int size() {
        return nodes.size();
    }

    /** Takes over what the store holds. Returns how many counters are other than was known. */
    synchronized int load(CounterSnapshot snapshot) {
        boolean sameLife = cursor != null && cursor.sameLife(snapshot.cursor());
        if (!sameLife) {
            nodes.clear();
            ends.older = ends;
            ends.newer = ends;
        }
        int other = 0;
        for (Counter counter : snapshot.counters()) {
            Node known = nodes.get(counter.name());
            if (known == null || isNewer(counter.version(), known.counter.version())) {
                put(counter);
                other++;
            }
        }
        sort(snapshot.cursor());
        if (!sameLife || snapshot.cursor().offset() > cursor.offset()) {
            cursor = snapshot.cursor();
        }
        return other;
    }

    /**
     * The next change of the topic.
     *
     * @return false when it belongs to another life, and nothing was done
     */
    synchronized boolean follow(Cursor at, List<Counter> changed) {
        if (cursor == null || !cursor.sameLife(at)) {
            return false;
        }
        // What a snapshot has brought already is in its place.
        if (at.offset() > cursor.offset()) {
            changed.forEach(this::put);
            cursor = at;
        }
        return true;
    }

    /** What changed behind a position, oldest first; everything when {@code from} is null or of another life. */
    public synchronized Changes since(Cursor from, CounterSelection names) {
        if (from == null || !from.sameLife(cursor)) {
            return new Changes(cursor, all(names), true);
        }
        List<Counter> found = new ArrayList<>();
        for (Node node = ends.older; node != ends && isBehind(node.counter, from); node = node.older) {
            if (names.match(node.counter.name())) {
                found.add(node.counter);
            }
        }
        return new Changes(cursor, found, false);
    }

    /** The counters of a view, at the position of the last change in it. */
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

    /** A counter, or null. */
    public synchronized Counter get(String name) {
        Node node = nodes.get(name);
        return node == null ? null : node.counter;
    }

    private List<Counter> all(CounterSelection names) {
        List<Counter> found = new ArrayList<>();
        if (names.isExact()) {
            for (String name : names.exact()) {
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

    /** Everything in the order of its last change. */
    private void sort(Cursor life) {
        List<Counter> all = new ArrayList<>(nodes.size());
        nodes.values().forEach(node -> all.add(node.counter));
        // Versions of a former life are older than all of this one.
        all.sort(Comparator.comparingLong(
                c -> c.version().sameLife(life) ? c.version().offset() : -1));
        all.forEach(this::put);
    }

    private static boolean isBehind(Counter counter, Cursor from) {
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
