package io.liveline.bus.redis.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter, so that replicas that lost Redis at the same time do not reconnect at the same
 * time.
 */
final class Backoff {

    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private int tries;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
    }

    /**
     * Returns a random wait before the next attempt, of 1 ms or more. Its upper bound is the minimum doubled with every
     * attempt, and at most the maximum.
     */
    Duration next() {
        long most = Math.min(max.toMillis(), min.toMillis() << Math.min(tries++, 20));
        return Duration.ofMillis(1 + random.nextLong(Math.max(1, most)));
    }

    /** Resets the waits to short ones after a success. */
    void reset() {
        tries = 0;
    }
}
