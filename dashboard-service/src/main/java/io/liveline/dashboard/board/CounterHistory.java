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
 * What counters were in the last minutes, one point a second at most: samples of what changed, oldest first. Safe for
 * use by any thread.
 */
public final class CounterHistory {

    /** What changed since the sample before. */
    record Sample(long atMillis, Map<String, Long> values) {}

    /** A value and when it was, milliseconds since 1970. */
    public record Point(long atMillis, long value) {}

    private final long retentionMillis;
    private final MonotonicClock monotonic;
    // By their time: what is read from the log may come after what was heard since.
    private final NavigableMap<Long, Sample> samples = new TreeMap<>();
    // One instance of each name, however many samples hold it.
    private final Map<String, String> names = new HashMap<>();
    // By how much the clock that gives the samples their time, the store's, is ahead of the monotonic one. Before the
    // first
    // sample has come, the clock of this machine stands in.
    private long aheadMillis;

    public CounterHistory(long retentionMillis, InstantSource clock, MonotonicClock monotonic) {
        this.retentionMillis = retentionMillis;
        this.monotonic = monotonic;
        this.aheadMillis = clock.millis() - monotonic.millis();
    }

    /** The time of now by the clock that gives the samples theirs. */
    public synchronized long now() {
        return aheadMillis + monotonic.millis();
    }

    /** Adds a sample that was just taken. Those with a later time are of a clock that has been set back since. */
    synchronized void take(Sample sample) {
        aheadMillis = sample.atMillis() - monotonic.millis();
        samples.tailMap(sample.atMillis(), false).clear();
        add(sample);
    }

    /** Adds a sample; one that is there already changes nothing. */
    synchronized void add(Sample sample) {
        if (samples.containsKey(sample.atMillis())) {
            return;
        }
        Map<String, Long> values = new HashMap<>();
        sample.values().forEach((name, value) -> values.put(names.computeIfAbsent(name, n -> n), value));
        samples.put(sample.atMillis(), new Sample(sample.atMillis(), values));
        forget();
    }

    /** What a counter was, oldest first. */
    public synchronized List<Point> of(String name) {
        forget();
        List<Point> points = new ArrayList<>();
        for (Sample sample : samples.values()) {
            Long value = sample.values().get(name);
            if (value != null) {
                points.add(new Point(sample.atMillis(), value));
            }
        }
        return points;
    }

    private void forget() {
        samples.headMap(now() - retentionMillis).clear();
        if (samples.isEmpty()) {
            names.clear();
        }
    }
}
