package io.liveline.bus.local;

import java.time.Duration;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.EventBusContract;
import io.liveline.bus.Retention;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.testing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LocalBusTest extends EventBusContract {

    private static Vertx vertx;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void settingTheClockDoesNotChangeHowLongEventsAndKeysAreKept(long hours) {
        TestClock clock = new TestClock();
        TestClock monotonic = new TestClock();
        BusConfig config = TestBusConfig.with("history.age", "30m", "idempotency-window", "10m");
        EventBus bus = new LocalBus(vertx, config, clock, monotonic::millis, new BusMeters(new SimpleMeterRegistry()));
        Topic topic = new Topic("clock");
        Cursor first = get(bus.publish(topic, Draft.of("key", "first")));
        clock.pass(Duration.ofHours(hours).toMillis());
        assertThat(get(bus.publish(topic, Draft.of("key", "first")))).isEqualTo(first);
        get(bus.publish(topic, Draft.of("second")));
        monotonic.pass(Duration.ofMinutes(30).toMillis());
        assertThat(get(bus.read(topic, null, 10)).events())
                .extracting(Event::data)
                .containsExactly("first", "second");
        monotonic.pass(1);
        assertThat(get(bus.read(topic, null, 10)).events()).isEmpty();
        assertThat(get(bus.publish(topic, Draft.of("key", "first"))).offset()).isEqualTo(3);
    }

    @Override
    public EventBus bus(BusConfig config, Retention retention) {
        return new LocalBus(vertx, config, retention, new BusMeters(new SimpleMeterRegistry()));
    }
}
