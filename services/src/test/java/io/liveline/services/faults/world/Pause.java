package io.liveline.services.faults.world;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time that has to pass because something is to last. */
public final class Pause {

    private Pause() {}

    public static void of(Duration length) {
        try {
            // Nobody counts down: this waits for nothing but the time.
            new CountDownLatch(1).await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
