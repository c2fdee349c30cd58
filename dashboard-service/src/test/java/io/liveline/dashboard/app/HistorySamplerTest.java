package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Event;
import io.liveline.bus.local.LocalBus;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.board.CounterHistory;
import io.liveline.dashboard.board.HistorySampler;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Samples of more counters than fit into one sample, on a manual clock. */
class HistorySamplerTest {

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock();
    private final TestClock monotonic = new TestClock();
    private final LocalBus bus = new LocalBus(
            vertx, TestConfig.of(BusConfig.class), clock, monotonic::millis, new BusMeters(new SimpleMeterRegistry()));
    private Recorder samples;
    private final DashboardReplica replica = new DashboardReplica(
            bus,
            TestConfig.of(DashboardConfig.class, Map.of("history.counters-a-second", "3", "suite.every", "1h")),
            clock,
            monotonic::millis,
            vertx,
            new SimpleMeterRegistry());

    @BeforeEach
    void start() {
        replica.start();
        samples = Recorder.on(bus, HistorySampler.TOPIC);
    }

    @AfterEach
    void close() throws Exception {
        replica.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void everyCounterOfABurstIsSampledWithinSeveralSeconds() {
        write(7);
        passUntil(() -> sampled().size() == 10);
        assertThat(samples.events()).allMatch(event -> values(event).size() <= 3);
        int points = samples.events().stream()
                .mapToInt(event -> values(event).size())
                .sum();
        assertThat(points).as("once each").isEqualTo(10);
    }

    @Test
    void countersThatChangeConstantlyDoNotDisplaceOthers() {
        passUntil(() -> {
            write(1);
            return sampled().size() == 10;
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void historyContinuesWhenTheClockIsSet(long hours) {
        write(1);
        passUntil(() -> sampled().size() == 10 && last() == 1);
        clock.pass(Duration.ofHours(hours).toMillis());
        write(1);
        passUntil(() -> last() == 2);
        List<CounterHistory.Point> points = history();
        for (int i = 1; i < points.size(); i++) {
            assertThat(points.get(i - 1).atMillis())
                    .as(points.toString())
                    .isLessThan(points.get(i).atMillis());
        }
        long now = points.get(points.size() - 1).atMillis();
        assertThat(Math.abs(now - clock.millis()))
                .as(now + " is not " + clock.millis())
                .isLessThanOrEqualTo(60_000);
    }

    /** Returns the last sampled value of a counter. */
    private long last() {
        List<CounterHistory.Point> points = history();
        return points.size() < 2 ? 0 : points.get(points.size() - 2).value();
    }

    private List<CounterHistory.Point> history() {
        return replica.history(new CounterName("c0"), null).await().atMost(Duration.ofSeconds(30));
    }

    /** Advances the clock by seconds until a condition holds. */
    private void passUntil(Callable<Boolean> done) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            clock.pass(1000);
            monotonic.pass(1000);
            return done.call();
        });
    }

    /** Writes to ten counters at once. */
    private void write(long by) {
        TreeMap<String, Long> numbers = new TreeMap<>();
        for (int i = 0; i < 10; i++) {
            numbers.put("c" + i, by);
        }
        CounterWrite write =
                new CounterWrite(CounterWrite.Kind.ADD, UUID.randomUUID().toString(), numbers);
        replica.write(write).await().atMost(Duration.ofSeconds(30));
    }

    private Set<String> sampled() {
        Set<String> names = new TreeSet<>();
        samples.events().forEach(event -> names.addAll(values(event).keySet()));
        return names;
    }

    private static Map<String, Object> values(Event event) {
        return new JsonObject(event.data()).getJsonObject("values").getMap();
    }
}
