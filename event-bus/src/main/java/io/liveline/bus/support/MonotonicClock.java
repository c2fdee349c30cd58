package io.liveline.bus.support;

import java.util.concurrent.TimeUnit;

/**
 * Clock for durations: setting the machine's clock does not move it. Its times mean nothing outside this process, and
 * are not to be compared with those of {@link java.time.InstantSource}.
 */
@FunctionalInterface
public interface MonotonicClock {

    /** Returns the milliseconds since some fixed point. */
    long millis();

    /** The clock of this process. */
    static MonotonicClock system() {
        return () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
