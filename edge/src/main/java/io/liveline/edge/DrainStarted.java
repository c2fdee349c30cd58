package io.liveline.edge;

import java.time.Duration;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;

/**
 * This replica has been asked to end: whoever holds connections observes this, and sees their clients off. Told once,
 * when the replica already says that it is not ready.
 *
 * @param window within which all of them are to be gone; what still comes meanwhile is served
 */
public record DrainStarted(Duration window) {

    /** Hears of it from Quarkus. */
    @Singleton
    static final class Bell {

        void ring(@Observes ShutdownDelayInitiatedEvent asked, EdgeConfig config, Event<DrainStarted> draining) {
            draining.fire(new DrainStarted(config.drain()));
        }
    }
}
