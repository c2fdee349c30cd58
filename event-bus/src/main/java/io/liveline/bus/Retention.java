package io.liveline.bus;

import java.time.Duration;

/**
 * Retention of each topic. All replicas that publish to a topic, or read it, need the same one, because each of them
 * removes what its own retention no longer keeps.
 */
@FunctionalInterface
public interface Retention {

    /**
     * Bounds of a topic's log; both apply.
     *
     * @param length maximum number of events
     * @param age maximum age of an event; not longer than {@link BusConfig.History#cursorLife()}
     */
    record Bounds(int length, Duration age) {

        /** Returns the bounds of topics without any of their own. */
        public static Bounds of(BusConfig config) {
            return new Bounds(config.history().length(), config.history().age());
        }
    }

    /** Returns the bounds of a topic. Called for each publish and read, on the bus's event loop. */
    Bounds of(Topic topic);

    /** Returns the configured retention, which is the same for all topics. */
    static Retention same(BusConfig config) {
        Bounds bounds = Bounds.of(config);
        return topic -> bounds;
    }
}
