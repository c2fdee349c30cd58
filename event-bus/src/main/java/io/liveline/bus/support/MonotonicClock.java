package io.liveline.bus.support;

import java.util.concurrent.TimeUnit;

/**
 * Clock for durations, which is not affected when the machine's clock is set. Its times have no meaning outside this
 * process and cannot be compared with those of {@link java.time.InstantSource}.
 */
@FunctionalInterface
public interface MonotonicClock {

    /** Returns the milliseconds since some fixed point. */
    long millis();

    /** Returns the clock of this process. */
    static MonotonicClock system() {
        return () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
