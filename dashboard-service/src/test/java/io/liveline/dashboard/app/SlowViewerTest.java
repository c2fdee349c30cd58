package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.liveline.testing.TestClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams of clients that stop reading. */
class SlowViewerTest extends ReplicasFixture {

    @Test
    void aClientThatStopsReadingHasNoQueueAndGetsTheNewestValuesWhenItReadsAgain() {
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(a.port(), "/counters/stream");
                SseClient other = a.view("?names=" + stem + "*")) {
            int writes = 0;
            long patience = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (a.metric("skipped") < 20) {
                add(a, many, "k" + writes++);
                assertThat(System.nanoTime()).as("never slow").isLessThan(patience);
            }
            long last = writes;
            eventually().until(() -> other.values().values().stream().allMatch(value -> value == last));
            sleeper.read(true);
            eventually().until(() -> {
                Map<String, Long> seen = sleeper.values();
                seen.keySet().retainAll(many.keySet());
                return seen.size() == 100 && seen.values().stream().allMatch(value -> value == last);
            });
            assertThat(sleeper.events.size())
                    .as("skipped what it could not take")
                    .isLessThan(other.events.size());
            assertThat(sleeper.hasEnded()).isFalse();
        }
    }

    @Test
    void aClientThatReadsNothingForAMinuteHasNoQueueAndThenGetsTheNewestValues() {
        TestClock clock = new TestClock();
        TestReplica patient = new TestReplica(redis.url(), Map.of(), clock, clock::millis);
        served.add(patient);
        eventually().until(patient::isLoaded);
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(patient.port(), "/counters/stream?names=" + stem + "*")) {
            long writes = 0;
            while (patient.metric("skipped") < 1) {
                add(patient, many, "k" + writes++);
            }
            double written = patient.metric("events");
            double skipped = patient.metric("skipped");
            for (int second = 1; second <= 60; second++) {
                clock.pass(1000);
                double before = patient.metric("skipped");
                add(patient, many, "k" + writes++);
                eventually().until(() -> patient.metric("skipped") > before);
            }
            assertThat(patient.metric("skipped")).isGreaterThanOrEqualTo(skipped + 60);
            assertThat(patient.metric("events")).as("nothing is queued for it").isEqualTo(written);
            assertThat(patient.replica.streams.size()).isEqualTo(1);
            sleeper.read(true);
            long last = writes;
            eventually()
                    .until(() -> sleeper.values().size() == 100
                            && sleeper.values().values().stream().allMatch(value -> value == last));
            assertThat(sleeper.events)
                    .as("one event contains everything that it missed")
                    .hasSize((int) written + 1);
        }
    }

    @Test
    void aClientThatReadsNothingForTooLongIsDisconnected() {
        TestReplica strict = replica(Map.of("streams.close-stalled-after", "300ms"));
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(strict.port(), "/counters/stream")) {
            AtomicInteger writes = new AtomicInteger();
            eventually().until(() -> {
                add(strict, many, "k" + writes.incrementAndGet());
                return strict.metric("closed.stalled") == 1;
            });
            eventually().until(() -> strict.replica.streams.size() == 0);
        }
    }
}
