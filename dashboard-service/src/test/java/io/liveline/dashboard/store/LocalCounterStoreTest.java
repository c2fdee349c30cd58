package io.liveline.dashboard.store;

import java.time.Duration;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.local.LocalBus;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LocalCounterStoreTest extends CounterStoreContract {

    private static Vertx vertx;

    private final TestClock clock = new TestClock();
    private final TestClock monotonic = new TestClock();
    private final LocalBus bus = new LocalBus(
            vertx, TestConfig.of(BusConfig.class), clock, monotonic::millis, new BusMeters(new SimpleMeterRegistry()));
    private final CounterStore store = new LocalCounterStore(bus, CONFIG, clock, monotonic::millis);

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    CounterStore store() {
        return store;
    }

    @Override
    long now() {
        return clock.millis();
    }

    private void pass(long millis) {
        clock.pass(millis);
        monotonic.pass(millis);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void whenTheClockIsSetEverythingLastsAsLongAsBefore(long hours) {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 1L));
        ask(store.write(write));
        fold(connections("a", "sse", 5), posts("lobby", "e", 5));
        clock.pass(Duration.ofHours(hours).toMillis());
        fold(posts("hall", "e", 7));
        assertThat(all().get("chat.messages_per_minute").value()).isEqualTo(12);
        assertThat(all().get("connections.sse").value()).isEqualTo(5);
        assertThat(ask(store.write(write)).get(0).value()).isEqualTo(1);
        pass(62_000);
        fold();
        assertThat(all().get("chat.messages_per_minute").value()).isEqualTo(0);
        assertThat(all().get("connections.sse").value()).isEqualTo(0);
        assertThat(all().get("chat.rooms_active").value()).isEqualTo(2);
        pass(Duration.ofMinutes(10).toMillis());
        fold();
        assertThat(all().get("chat.rooms_active").value()).isEqualTo(0);
        assertThat(ask(store.write(write)).get(0).value()).isEqualTo(2);
    }

    @Test
    void aKeyIsForgottenAfterItsWindow() {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 1L));
        ask(store.write(write));
        pass(Duration.ofMinutes(10).toMillis() - 1);
        assertThat(ask(store.write(write)).get(0).value()).isEqualTo(1);
        pass(1);
        assertThat(ask(store.write(write)).get(0).value()).isEqualTo(2);
    }

    @Test
    void connectionsOfASilentReplicaExpire() {
        fold(connections("a", "sse", 5));
        pass(29_999);
        fold();
        assertThat(all().get("connections.sse").value()).isEqualTo(5);
        pass(1);
        fold();
        assertThat(all().get("connections.sse").value()).isEqualTo(0);
    }

    @Test
    void timeWindowsAdvanceWithoutFacts() {
        fold(posts("lobby", "e", 5));
        pass(62_000);
        fold();
        assertThat(all().get("chat.messages_per_minute").value()).isEqualTo(0);
        assertThat(all().get("chat.rooms_active").value()).isEqualTo(1);
        pass(240_000);
        fold();
        assertThat(all().get("chat.rooms_active").value()).isEqualTo(0);
    }
}
