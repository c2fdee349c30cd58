package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestClock;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.awaitility.Awaitility.await;

/** Replica whose wall clock is set by an hour, or was wrong from the start. */
class ClockSetTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final RedisServer redis = RedisServer.launch();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final TestClock clock = new TestClock();
    private final TestClock monotonic = new TestClock();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aSilentStreamGetsItsHeartbeats(long hours) {
        TestReplica replica = replica(monotonic::millis);
        try (SseClient viewer = replica.view("?names=nothing")) {
            eventually().until(() -> !viewer.events.isEmpty());
            clock.pass(hours * HOUR);
            eventually().until(() -> {
                monotonic.pass(15_000);
                return viewer.lines.contains(":");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aReplicaWithAWrongClockDoesNotStopTheHistory(long hours) throws Exception {
        clock.pass(System.currentTimeMillis() - clock.millis() + hours * HOUR);
        TestReplica wrong = replica(MonotonicClock.system());
        add(wrong, 1, "k1");
        eventually().until(() -> points(wrong) > 1);
        TestReplica right = new TestReplica(redis.url(), Map.of());
        parts.add(right);
        eventually().until(right::isLoaded);
        add(right, 1, "k2");
        eventually().until(() -> points(right) > 2);
        parts.remove(wrong);
        wrong.close();
        add(right, 1, "k3");
        eventually().until(() -> points(right) > 3);
    }

    // -- helpers

    private TestReplica replica(MonotonicClock durations) {
        TestReplica replica = new TestReplica(redis.url(), Map.of(), clock, durations);
        parts.add(replica);
        eventually().until(replica::isLoaded);
        return replica;
    }

    private static void add(TestReplica replica, long by, String key) {
        replica.replica
                .write(new CounterWrite(CounterWrite.Kind.ADD, key, new TreeMap<>(Map.of("orders", by))))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    /** Returns the number of points, including the current value. */
    private static int points(TestReplica replica) {
        return replica.replica
                .history(new CounterName("orders"), null)
                .await()
                .atMost(Duration.ofSeconds(30))
                .size();
    }

    private static ConditionFactory eventually() {
        return await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(60));
    }
}
