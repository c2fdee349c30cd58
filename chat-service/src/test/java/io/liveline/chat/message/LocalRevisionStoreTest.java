package io.liveline.chat.message;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.local.LocalBus;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class LocalRevisionStoreTest extends RevisionStoreContract {

    private static Vertx vertx;
    private static LocalBus bus;
    private static RevisionStore changes;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        var config = TestConfig.of(BusConfig.class, "history.length", String.valueOf(KEPT));
        bus = new LocalBus(vertx, config, new BusMeters(new SimpleMeterRegistry()));
        changes = new LocalRevisionStore(bus, config);
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
    RevisionStore changes() {
        return changes;
    }
}
