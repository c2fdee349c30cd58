package io.liveline.dashboard.board;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

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

    private final Map<String, Counter> counters = new HashMap<>();
    // The same counters. Empty while the epoch of the cursor changes, as the order depends on it.
    private final NavigableSet<Counter> byChange =
            new TreeSet<>(Comparator.comparingLong(this::changedAt).thenComparing(Counter::name));
    private volatile Cursor cursor;

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
        return counters.size();
    }

    /** Loads a snapshot of the store. Returns how many counters differed. */
    synchronized int load(CounterSnapshot snapshot) {
        boolean sameEpoch = cursor != null && cursor.sameLife(snapshot.cursor());
        if (!sameEpoch) {
            counters.clear();
            byChange.clear();
            cursor = snapshot.cursor();
        }
        int differing = 0;
        for (Counter counter : snapshot.counters()) {
            Counter known = counters.get(counter.name());
            if (known == null || isNewer(counter.version(), known.version())) {
                put(counter);
                differing++;
            }
        }
        if (snapshot.cursor().offset() > cursor.offset()) {
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
        for (Counter counter : byChange.descendingSet()) {
            if (changedAt(counter) <= from.offset()) {
                break;
            }
            if (names.match(counter.name())) {
                found.add(counter);
            }
        }
        return new Changes(cursor, found, false);
    }

    /** Returns the selected counters, at the position of the last change among them. */
    public synchronized CounterSnapshot snapshot(CounterSelection names) {
        List<Counter> found = all(names);
        long newest = 0;
        for (Counter counter : found) {
            newest = Math.max(newest, changedAt(counter));
        }
        return new CounterSnapshot(cursor.at(Math.min(newest, cursor.offset())), found);
    }

    /** Returns a counter, or null. */
    public synchronized Counter get(String name) {
        return counters.get(name);
    }

    private List<Counter> all(CounterSelection names) {
        List<Counter> found = new ArrayList<>();
        if (names.isExact()) {
            for (String name : names.names().exact()) {
                Counter counter = names.match(name) ? counters.get(name) : null;
                if (counter != null) {
                    found.add(counter);
                }
            }
        } else {
            for (Counter counter : byChange) {
                if (names.match(counter.name())) {
                    found.add(counter);
                }
            }
        }
        return found;
    }

    /** Returns the offset of the last change. Versions of a former epoch are older than all of this one. */
    private long changedAt(Counter counter) {
        return counter.version().sameLife(cursor) ? counter.version().offset() : -1;
    }

    private static boolean isNewer(Cursor version, Cursor known) {
        return !version.sameLife(known) || version.offset() > known.offset();
    }

    private void put(Counter counter) {
        Counter known = counters.put(counter.name(), counter);
        if (known != null) {
            byChange.remove(known);
        }
        byChange.add(counter);
    }
}
