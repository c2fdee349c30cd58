package io.liveline.services.faults.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.liveline.bus.support.MonotonicClock;

/**
 * Delays between changes and their readers, by the monotonic clock. A delay begins when the request of the change was
 * first sent, or when the reader last connected if that was later. It is judged if the deployment was calm until the
 * bound was over: while processes start, or the machine is busy, everything waits for a processor.
 */
public final class Lateness {

    /** Maximum number of late deliveries that are kept of one calm. */
    private static final int MAX_ERRORS = 20;

    /** Period in which delays are judged, and what was found of it. */
    private static final class Calm {
        private final long startMillis;
        private long endMillis = Long.MAX_VALUE;
        private final Map<String, LongSummaryStatistics> delays = new TreeMap<>();
        private final List<String> errors = new ArrayList<>();

        Calm(long startMillis) {
            this.startMillis = startMillis;
        }
    }

    /** Something whose changes have increasing versions. */
    private static final class Subject {
        private final NavigableMap<Long, Long> sentMillis = new TreeMap<>();
        private final Map<String, Long> readers = new HashMap<>();
    }

    private final MonotonicClock clock;
    private final long boundMillis;
    private final Map<String, Subject> subjects = new HashMap<>();
    private final List<Calm> calms = new ArrayList<>();

    Lateness(MonotonicClock clock, Duration bound) {
        this.clock = clock;
        this.boundMillis = bound.toMillis();
    }

    long millis() {
        return clock.millis();
    }

    /** Judges delays of changes that are requested from now on. */
    public synchronized void startCalm() {
        calms.add(new Calm(millis()));
    }

    /**
     * Judges no delay that is not over its bound yet.
     *
     * @param counts false if the period was not calm in the end: none of its delays is judged
     */
    public synchronized void endCalm(boolean counts) {
        if (counts) {
            calms.get(calms.size() - 1).endMillis = millis();
        } else {
            calms.remove(calms.size() - 1);
        }
    }

    /** Records a change, with the time at which its request was first sent. */
    synchronized void changed(String kind, String name, long version, long sentMillis) {
        subject(kind, name).sentMillis.put(version, sentMillis);
    }

    /** Returns the newest version of a subject that was recorded; -1 if there is none. */
    synchronized long newest(String kind, String name) {
        NavigableMap<Long, Long> versions = subject(kind, name).sentMillis;
        return versions.isEmpty() ? -1 : versions.lastKey();
    }

    /** Records that a reader has received a version, and so all earlier ones. */
    synchronized void received(String kind, String name, long version, String reader, long connectedMillis) {
        Subject subject = subject(kind, name);
        long before = subject.readers.getOrDefault(reader, -1L);
        if (version > before) {
            subject.readers.put(reader, version);
            subject.sentMillis
                    .subMap(before, false, version, true)
                    .forEach((changed, sent) ->
                            judge(kind, name + " at " + changed + " for " + reader, Math.max(sent, connectedMillis)));
        }
    }

    private Subject subject(String kind, String name) {
        return subjects.computeIfAbsent(kind + ' ' + name, any -> new Subject());
    }

    private void judge(String kind, String what, long sinceMillis) {
        long delay = millis() - sinceMillis;
        for (Calm calm : calms) {
            if (calm.startMillis <= sinceMillis && sinceMillis + boundMillis <= calm.endMillis) {
                calm.delays
                        .computeIfAbsent(kind, any -> new LongSummaryStatistics())
                        .accept(delay);
                if (delay > boundMillis && calm.errors.size() < MAX_ERRORS) {
                    calm.errors.add(kind + ' ' + what + " was received after " + delay + " ms");
                }
            }
        }
    }

    /** Returns the judged delays in milliseconds by kind. */
    public synchronized Map<String, LongSummaryStatistics> delays() {
        Map<String, LongSummaryStatistics> all = new TreeMap<>();
        calms.forEach(calm -> calm.delays.forEach((kind, some) ->
                all.computeIfAbsent(kind, any -> new LongSummaryStatistics()).combine(some)));
        return all;
    }

    /** Returns the deliveries that were late. */
    public synchronized List<String> errors() {
        return calms.stream().flatMap(calm -> calm.errors.stream()).toList();
    }
}
