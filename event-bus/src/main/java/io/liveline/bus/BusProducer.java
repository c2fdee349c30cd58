package io.liveline.bus;

import java.time.InstantSource;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;

/** Makes the one bus of this process, at start-up: a process that has none must not come up. */
@Singleton
final class BusProducer {

    // A sealed type cannot be proxied, hence not @ApplicationScoped.
    @Produces
    @Singleton
    @Startup
    EventBus bus(BusConfig config, Vertx vertx, MeterRegistry registry, Instance<io.vertx.redis.client.Redis> redis) {
        BusMeters meters = new BusMeters(registry);
        return switch (config.transport()) {
            case LOCAL -> new LocalBus(vertx, config, InstantSource.system(), meters);
            case REDIS -> throw new IllegalStateException("not yet");
        };
    }
}
