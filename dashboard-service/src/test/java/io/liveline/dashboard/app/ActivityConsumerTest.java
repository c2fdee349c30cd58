package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.local.LocalBus;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.ActivityConsumer;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.store.ActivityFold;
import io.liveline.dashboard.store.CounterStore;
import io.liveline.dashboard.store.LocalCounterStore;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Queue of facts that wait to be folded. */
class ActivityConsumerTest {

    private static final DashboardConfig CONFIG =
            TestConfig.of(DashboardConfig.class, Map.of("suite.max-waiting", "3", "suite.every", "50ms"));

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock();
    private final LocalBus bus = new LocalBus(
            vertx, TestConfig.of(BusConfig.class), clock, clock::millis, new BusMeters(new SimpleMeterRegistry()));
    private final CounterStore store = new LocalCounterStore(bus, CONFIG, clock, clock::millis);
    private final ActivityConsumer feed = new ActivityConsumer(
            bus, store, CONFIG.suite(), new DashboardMeters(new SimpleMeterRegistry()), vertx, "d", () -> 0);

    @BeforeEach
    void start() {
        feed.start();
    }

    @AfterEach
    void close() {
        feed.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aBurstBeyondTheLimitDropsTheOldestFactsAndTheNextOnesMakeUpForThem() {
        burst(1);
        await().until(() -> rooms().size() == 3);
        assertThat(rooms()).isEqualTo(Set.of("r7", "r8", "r9"));
        feed.event(posts(0, 2));
        await().until(() -> rooms().contains("r0"));
    }

    /** Publishes facts of ten rooms, none of which is folded meanwhile. */
    private void burst(long messages) {
        synchronized (feed) {
            IntStream.range(0, 10).forEach(room -> feed.event(posts(room, messages)));
        }
    }

    private Event posts(int room, long messages) {
        String fact = "{\"rooms\":{\"r" + room + "\":{\"cursor\":\"e-1\",\"messages\":" + messages + "}}}";
        return new Event(new Cursor("e", 1), clock.millis(), fact);
    }

    private Set<String> rooms() {
        return store.read().await().atMost(Duration.ofSeconds(30)).counters().stream()
                .map(Counter::name)
                .filter(name -> name.startsWith(ActivityFold.ROOM))
                .map(name -> name.substring(ActivityFold.ROOM.length()))
                .collect(Collectors.toSet());
    }
}
