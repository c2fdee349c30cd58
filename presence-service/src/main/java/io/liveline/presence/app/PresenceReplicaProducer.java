package io.liveline.presence.app;

import java.time.InstantSource;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.DrainStarted;
import io.liveline.presence.PresenceConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;

/** CDI producer of the replica of this process. */
@Singleton
final class PresenceReplicaProducer {

    @Produces
    @Singleton
    @Startup
    PresenceReplica replica(EventBus bus, PresenceConfig config, Vertx vertx, MeterRegistry registry) {
        return new PresenceReplica(bus, config, InstantSource.system(), MonotonicClock.system(), vertx, registry)
                .start();
    }

    void drain(@Observes DrainStarted drain, PresenceReplica replica) {
        replica.drain();
    }

    void close(@Disposes PresenceReplica replica) {
        replica.close();
    }
}
