package io.liveline.edge;

import java.time.Duration;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;

/**
 * CDI event that this replica begins to shut down. Components that hold connections observe it and close them. It is
 * fired once, after the replica reports that it is not ready.
 *
 * @param window period in which all connections must be closed; requests that arrive meanwhile are served
 */
public record DrainStarted(Duration window) {

    /** Observer of the shutdown event of Quarkus. */
    @Singleton
    static final class ShutdownObserver {

        void onShutdown(
                @Observes ShutdownDelayInitiatedEvent shutdown, EdgeConfig config, Event<DrainStarted> draining) {
            draining.fire(new DrainStarted(config.drain()));
        }
    }
}
