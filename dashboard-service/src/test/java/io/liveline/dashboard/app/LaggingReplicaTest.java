package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.board.CounterHistory;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.ProblemException;
import io.liveline.testing.RedisServer;
import io.liveline.testing.Wire;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** Replicas that receive no events, next to one that does: no client sees older state than before. */
class LaggingReplicaTest {

    private final RedisServer redis = RedisServer.launch();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final TestReplica current = replica(redis.url(), Map.of());

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
        redis.close();
    }

    @Test
    void aWrittenValueIsNotVisibleBeforeTheTopicReachesIt() {
        TestReplica writer = lagging(Map.of());
        add(current, "orders", 1, "k1");
        // This replica has loaded the value 1, and nothing after it.
        TestReplica other = lagging(Map.of());
        add(writer, "orders", 5, "k2");
        Map<String, Long> shown;
        String position;
        try (SseClient viewer = writer.view("?names=orders")) {
            eventually().until(() -> !viewer.events.isEmpty());
            shown = viewer.values();
            position = viewer.lastId();
        }
        try (SseClient viewer = other.view("?names=orders", position)) {
            eventually().until(() -> viewer.values().containsKey("orders"));
            assertThat(viewer.values().get("orders"))
                    .as("from " + shown + " to " + viewer.values())
                    .isGreaterThanOrEqualTo(shown.getOrDefault("orders", 0L));
        }
    }

    @Test
    void aStreamWithNewerStateResumesAtItsPositionAndGetsNothingOlder() {
        add(current, "orders", 1, "k1");
        TestReplica late = lagging(Map.of());
        String position = add(current, "orders", 5, "k2").get(0).version().toString();
        try (SseClient viewer = late.view("?names=orders", position)) {
            eventually().until(() -> late.replica.streams.size() == 1 && !viewer.lines.isEmpty());
            // The replica reads the store for a client with newer state.
            String next = add(current, "orders", 1, "k3").get(0).version().toString();
            try (SseClient another = late.view("?names=orders", next)) {
                // A stream that resumes begins with a change, which is empty if there is nothing new.
                eventually().until(() -> viewer.events.size() == 2 && another.events.size() == 1);
                assertThat(viewer.events).allMatch(event -> event.event().equals("change"));
                assertThat(viewer.values()).isEqualTo(Map.of("orders", 7L));
                assertThat(another.values()).isEmpty();
            }
        }
        assertThat(late.metric("resets")).isEqualTo(0);
    }

    @Test
    void aPollWithNewerStateGetsNothingOlder() {
        add(current, "orders", 1, "k1");
        TestReplica late = lagging(Map.of());
        add(current, "orders", 5, "k2");
        CounterSnapshot seen = current.snapshot(CounterSelection.of("orders", 1));
        CounterSnapshot again = poll(late, CounterSnapshot.position('"' + seen.tag() + '"'));
        assertThat(values(again)).isEqualTo(Map.of("orders", 6L));
        assertThat(again.tag()).isEqualTo(seen.tag());
        add(current, "orders", 1, "k3");
        List<CounterHistory.Point> points = late.replica
                .history(
                        new CounterName("orders"),
                        current.snapshot(CounterSelection.ALL).cursor())
                .await()
                .atMost(Duration.ofSeconds(30));
        assertThat(points.get(points.size() - 1).value()).isEqualTo(7);
    }

    @Test
    void clientsReadTheirOwnWritesAtAReplicaThatReceivesNothing() {
        TestReplica late = lagging(Map.of());
        add(late, "orders", 5, "k1");
        assertThat(late.values(CounterSelection.of("orders", 1))).isEqualTo(Map.of("orders", 5L));
    }

    @Test
    void aClientWhosePositionCannotBeReachedHasToRetryLater() {
        add(current, "orders", 1, "k1");
        Wire wire = new Wire(redis.port());
        parts.add(wire);
        TestReplica alone = replica(wire.url(), Map.of());
        wire.cut();
        Counter newest = add(current, "orders", 5, "k2").get(0);
        try (SseClient viewer = alone.view("?names=orders", newest.version().toString())) {
            eventually().until(viewer::hasEnded);
            assertThat(viewer.head.get(0)).as(viewer.head.toString()).contains(" 200 ");
            assertThat(viewer.lines.get(0)).as(viewer.lines.toString()).startsWith("retry: ");
            assertThat(viewer.events).isEmpty();
        }
        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> poll(alone, newest.version()));
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.retryAfter()).isPresent();
        assertThat(alone.replica.streams.size()).isEqualTo(0);
        wire.mend();
        CounterSnapshot after = eventually()
                .ignoreExceptionsInstanceOf(ProblemException.class)
                .until(() -> poll(alone, newest.version()), answer -> true);
        assertThat(values(after)).isEqualTo(Map.of("orders", 6L));
    }

    @Test
    void aStreamOfANewEpochDoesNotGetTheOldOneAgain() {
        add(current, "orders", 41, "k1");
        TestReplica late = lagging(Map.of());
        redis.command("FLUSHALL");
        String position = add(current, "orders", 1, "k1").get(0).version().toString();
        try (SseClient viewer = late.view("?names=orders", position)) {
            eventually().until(() -> late.replica.streams.size() == 1 && !viewer.lines.isEmpty());
            add(current, "orders", 1, "k2");
            Cursor next = add(current, "orders", 1, "k3").get(0).version();
            assertThat(values(poll(late, next))).isEqualTo(Map.of("orders", 3L));
            eventually().until(() -> viewer.values().equals(Map.of("orders", 3L)));
            assertThat(viewer.events).allMatch(event -> event.event().equals("change"));
        }
    }

    @Test
    void waitingRequestsBeyondTheLimitAreRejected() {
        Wire wire = new Wire(redis.port());
        parts.add(wire);
        TestReplica late = replica(wire.url(), Map.of("catch-up.max-waiting", "1", "catch-up.patience", "1h"));
        wire.cut();
        Cursor next = add(current, "orders", 5, "k2").get(0).version();
        try (SseClient first = late.view("?names=orders", next.toString())) {
            eventually()
                    .until(() -> late.registry
                                    .get("liveline.dashboard.waiting")
                                    .gauge()
                                    .value()
                            == 1);
            ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> poll(late, next));
            assertThat(refusal.code()).isEqualTo("full");
            assertThat(first.hasEnded()).isFalse();
        }
    }

    // -- helpers

    private static CounterSnapshot poll(TestReplica replica, Cursor seen) {
        return replica.replica
                .snapshot(CounterSelection.of("orders", 1), seen)
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private static Map<String, Long> values(CounterSnapshot snapshot) {
        Map<String, Long> values = new TreeMap<>();
        snapshot.counters().forEach(counter -> values.put(counter.name(), counter.value()));
        return values;
    }

    private TestReplica replica(String url, Map<String, String> changes) {
        TestReplica replica = new TestReplica(url, changes);
        parts.add(0, replica);
        eventually().until(replica::isLoaded);
        return replica;
    }

    /** Starts a replica that has the current state, and receives no further events. */
    private TestReplica lagging(Map<String, String> changes) {
        Wire wire = new Wire(redis.port());
        parts.add(wire);
        TestReplica replica = replica(wire.url(), changes);
        wire.deafen();
        return replica;
    }

    private static List<Counter> add(TestReplica replica, String name, long by, String key) {
        return replica.replica
                .write(new CounterWrite(CounterWrite.Kind.ADD, key, new TreeMap<>(Map.of(name, by))))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private static ConditionFactory eventually() {
        return await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(60));
    }
}
