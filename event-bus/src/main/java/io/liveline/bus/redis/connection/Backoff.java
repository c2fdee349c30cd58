package io.liveline.bus.redis.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: exponential with full jitter, so that replicas that lost Redis together do not
 * come back together.
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

    /** The wait before the next try: from 1 ms up to the minimum doubled with every try, at most the maximum. */
    Duration next() {
        long most = Math.min(max.toMillis(), min.toMillis() << Math.min(tries++, 20));
        return Duration.ofMillis(1 + random.nextLong(Math.max(1, most)));
    }

    /** It worked: begin with short waits again. */
    void reset() {
        tries = 0;
    }
}
