package io.liveline.edge.operation;

import java.time.Duration;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.BusState;
import io.liveline.bus.EventBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.EdgeConfig;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Readiness check that fails after the bus was unavailable for longer than {@link EdgeConfig#readinessGrace()}. A short
 * failure that every replica sees at once must not take all of them out of service. Before the first connection to the
 * bus there is no grace.
 */
@Readiness
@Singleton
final class BusReadinessCheck implements HealthCheck {

    private final EventBus bus;
    private final Duration grace;
    private final MonotonicClock clock;
    // Null until the bus is first live.
    private volatile Long liveMillis;

    @Inject
    BusReadinessCheck(EventBus bus, EdgeConfig config) {
        this(bus, config, MonotonicClock.system());
    }

    BusReadinessCheck(EventBus bus, EdgeConfig config, MonotonicClock clock) {
        this.clock = clock;
        this.bus = bus;
        this.grace = config.readinessGrace();
    }

    @Override
    public HealthCheckResponse call() {
        long now = clock.millis();
        if (bus.state() == BusState.LIVE) {
            liveMillis = now;
        }
        Long last = liveMillis;
        boolean ready = last != null && now - last < grace.toMillis();
        return HealthCheckResponse.named("event-bus")
                .status(ready)
                .withData("state", bus.state().name().toLowerCase())
                .build();
    }
}
