package io.liveline.dashboard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What counters were in the last minutes, one point a second at most: samples of what changed, oldest first. Safe for
 * use by any thread.
 */
final class History {

    /** What changed since the sample before. */
    record Sample(long atMillis, Map<String, Long> values) {}

    /** A value and when it was, milliseconds since 1970. */
    record Point(long atMillis, long value) {}

    private final long retentionMillis;
    // By their time: what is read from the log may come after what was heard since.
    private final NavigableMap<Long, Sample> samples = new TreeMap<>();
    // One instance of each name, however many samples hold it.
    private final Map<String, String> names = new HashMap<>();

    History(long retentionMillis) {
        this.retentionMillis = retentionMillis;
    }

    /** Adds the next sample; one that is there already changes nothing. */
    synchronized void add(Sample sample) {
        if (samples.containsKey(sample.atMillis())) {
            return;
        }
        Map<String, Long> values = new HashMap<>();
        sample.values().forEach((name, value) -> values.put(names.computeIfAbsent(name, n -> n), value));
        samples.put(sample.atMillis(), new Sample(sample.atMillis(), values));
        forget(sample.atMillis());
    }

    /** What a counter was, oldest first. */
    synchronized List<Point> of(String name, long nowMillis) {
        forget(nowMillis);
        List<Point> points = new ArrayList<>();
        for (Sample sample : samples.values()) {
            Long value = sample.values().get(name);
            if (value != null) {
                points.add(new Point(sample.atMillis(), value));
            }
        }
        return points;
    }

    private void forget(long nowMillis) {
        samples.headMap(nowMillis - retentionMillis).clear();
        if (samples.isEmpty()) {
            names.clear();
        }
    }
}
