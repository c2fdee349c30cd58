package io.liveline.dashboard.app;

import java.time.InstantSource;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.DrainStarted;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;

/** CDI producer of the replica of this process. */
@Singleton
final class DashboardReplicaProducer {

    @Produces
    @Singleton
    @Startup
    DashboardReplica replica(EventBus bus, DashboardConfig config, Vertx vertx, MeterRegistry registry) {
        return new DashboardReplica(bus, config, InstantSource.system(), MonotonicClock.system(), vertx, registry)
                .start();
    }

    void drain(@Observes DrainStarted drain, DashboardReplica replica) {
        replica.drain(drain.window());
    }

    void close(@Disposes DashboardReplica replica) {
        replica.close();
    }
}
