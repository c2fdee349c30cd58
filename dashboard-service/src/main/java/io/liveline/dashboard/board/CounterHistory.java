package io.liveline.dashboard.board;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.liveline.bus.support.MonotonicClock;

/**
 * In-memory history of counter values: samples of the changed counters, at most one a second, oldest first.
 * Thread-safe.
 */
public final class CounterHistory {

    /** Value of a counter at a time in milliseconds since 1970. */
    public record Point(long atMillis, long value) {}

    private final long retentionMillis;
    private final MonotonicClock monotonic;
    // Values of the counters that changed since the previous sample, by time: samples read from the log may arrive
    // after newer ones received from the subscription.
    private final NavigableMap<Long, Map<String, Long>> samples = new TreeMap<>();
    // One instance of each name, however many samples contain it.
    private final Map<String, String> names = new HashMap<>();
    // Difference between the store's clock, which gives the samples their time, and the monotonic clock. The clock of
    // this machine is used until the first sample has arrived.
    private long aheadMillis;

    public CounterHistory(long retentionMillis, InstantSource clock, MonotonicClock monotonic) {
        this.retentionMillis = retentionMillis;
        this.monotonic = monotonic;
        this.aheadMillis = clock.millis() - monotonic.millis();
    }

    /** Returns the current time by the clock of the samples. */
    public synchronized long now() {
        return aheadMillis + monotonic.millis();
    }

    /** Adds a new sample. Removes samples with a later time: their clock has been set back since. */
    synchronized void addNew(long atMillis, Map<String, Long> values) {
        aheadMillis = atMillis - monotonic.millis();
        samples.tailMap(atMillis, false).clear();
        add(atMillis, values);
    }

    /** Adds a sample unless one with its time exists. */
    synchronized void add(long atMillis, Map<String, Long> values) {
        if (samples.containsKey(atMillis)) {
            return;
        }
        Map<String, Long> sample = new HashMap<>();
        values.forEach((name, value) -> sample.put(names.computeIfAbsent(name, n -> n), value));
        samples.put(atMillis, sample);
        removeExpired();
    }

    /** Returns the points of a counter, oldest first. */
    public synchronized List<Point> of(String name) {
        removeExpired();
        List<Point> points = new ArrayList<>();
        samples.forEach((atMillis, values) -> {
            Long value = values.get(name);
            if (value != null) {
                points.add(new Point(atMillis, value));
            }
        });
        return points;
    }

    private void removeExpired() {
        samples.headMap(now() - retentionMillis).clear();
        if (samples.isEmpty()) {
            names.clear();
        }
    }
}
