package io.liveline.bus;

import java.time.InstantSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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

    @Override
    EventBus bus(BusConfig config) {
        return new LocalBus(vertx, config, InstantSource.system(), new BusMeters(new SimpleMeterRegistry()));
    }
}
