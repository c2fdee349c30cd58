package io.liveline.presence.store;

import java.time.Duration;
import java.util.List;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.local.LocalBus;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
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

class LocalRosterStoreTest extends RosterStoreContract {

    private static Vertx vertx;

    private final TestClock clock = new TestClock();
    private final TestClock monotonic = new TestClock();
    private final LocalBus bus = new LocalBus(
            vertx, TestConfig.of(BusConfig.class), clock, monotonic::millis, new BusMeters(new SimpleMeterRegistry()));
    private final RosterStore store = store(config);

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    RosterStore store() {
        return store;
    }

    @Override
    RosterStore store(PresenceConfig config) {
        return new LocalRosterStore(bus, config, clock, monotonic::millis);
    }

    @Override
    void pass(Duration time) {
        pass(time.toMillis());
    }

    private void pass(long millis) {
        clock.pass(millis);
        monotonic.pass(millis);
    }

    @Override
    long now() {
        return clock.millis();
    }

    @Override
    long clockMillis() {
        return clock.millis();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void whenTheClockIsSetNobodyStaysLongerOrShorter(long hours) {
        here(ANN, "", Presence.State.ACTIVE);
        typing(ANN);
        clock.pass(Duration.ofHours(hours).toMillis());
        pass(config.typing().life().toMillis() - 1);
        sweep();
        assertThat(typists()).isEqualTo(List.of("ann"));
        pass(1);
        sweep();
        assertThat(typists()).isEmpty();
        assertThat(online()).isEqualTo(List.of("ann active"));
        pass(config.life());
        sweep();
        assertThat(online()).isEmpty();
    }

    @Test
    void expiryIsExactToTheMillisecond() {
        here(ANN, "", Presence.State.ACTIVE);
        typing(ANN);
        pass(config.typing().life().toMillis() - 1);
        sweep();
        assertThat(typists()).isEqualTo(List.of("ann"));
        pass(1);
        sweep();
        assertThat(typists()).isEmpty();
        pass(config.life().minus(config.typing().life()).toMillis() - 1);
        sweep();
        assertThat(online()).isEqualTo(List.of("ann active"));
        pass(1);
        sweep();
        assertThat(online()).isEmpty();
    }
}
