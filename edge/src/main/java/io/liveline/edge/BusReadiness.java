package io.liveline.edge;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import jakarta.inject.Singleton;

import io.liveline.bus.BusState;
import io.liveline.bus.EventBus;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Not ready while the bus is away for longer than {@link EdgeConfig#readinessGrace()}: a blip that every replica sees
 * at once must not take all of them out of service. Before the bus was first reached there is no grace.
 */
@Readiness
@Singleton
final class BusReadiness implements HealthCheck {

    private final EventBus bus;
    private final Duration grace;
    private final InstantSource clock = InstantSource.system();
    private volatile Instant lastLive = Instant.MIN;

    BusReadiness(EventBus bus, EdgeConfig config) {
        this.bus = bus;
        this.grace = config.readinessGrace();
    }

    @Override
    public HealthCheckResponse call() {
        Instant now = clock.instant();
        if (bus.state() == BusState.LIVE) {
            lastLive = now;
        }
        boolean ready = lastLive != Instant.MIN && lastLive.plus(grace).isAfter(now);
        return HealthCheckResponse.named("event-bus")
                .status(ready)
                .withData("state", bus.state().name().toLowerCase())
                .build();
    }
}
