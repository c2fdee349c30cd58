package io.liveline.services.faults.deployment;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Wait for a fixed time, for what has to last that long. */
public final class Pause {

    private Pause() {}

    public static void of(Duration length) {
        try {
            // The latch is never counted down: only the time ends this wait.
            new CountDownLatch(1).await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
