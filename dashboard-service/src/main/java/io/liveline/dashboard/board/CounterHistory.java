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

    /** Values of the counters that changed since the previous sample. */
    record Sample(long atMillis, Map<String, Long> values) {}

    /** Value of a counter at a time in milliseconds since 1970. */
    public record Point(long atMillis, long value) {}

    private final long retentionMillis;
    private final MonotonicClock monotonic;
    // By time: samples read from the log may arrive after newer ones received from the subscription.
    private final NavigableMap<Long, Sample> samples = new TreeMap<>();
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
    synchronized void addNew(Sample sample) {
        aheadMillis = sample.atMillis() - monotonic.millis();
        samples.tailMap(sample.atMillis(), false).clear();
        add(sample);
    }

    /** Adds a sample unless one with its time exists. */
    synchronized void add(Sample sample) {
        if (samples.containsKey(sample.atMillis())) {
            return;
        }
        Map<String, Long> values = new HashMap<>();
        sample.values().forEach((name, value) -> values.put(names.computeIfAbsent(name, n -> n), value));
        samples.put(sample.atMillis(), new Sample(sample.atMillis(), values));
        removeExpired();
    }

    /** Returns the points of a counter, oldest first. */
    public synchronized List<Point> of(String name) {
        removeExpired();
        List<Point> points = new ArrayList<>();
        for (Sample sample : samples.values()) {
            Long value = sample.values().get(name);
            if (value != null) {
                points.add(new Point(sample.atMillis(), value));
            }
        }
        return points;
    }

    private void removeExpired() {
        samples.headMap(now() - retentionMillis).clear();
        if (samples.isEmpty()) {
            names.clear();
        }
    }
}
