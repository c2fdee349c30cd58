package io.liveline.bench.util;

import java.util.function.BooleanSupplier;

/** Wait in the thread of the runner, never on the event loop. */
public final class Pause {

    private Pause() {}

    public static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static void seconds(double seconds) {
        millis(Math.round(seconds * 1000));
    }

    /** @param what condition, as named in the failure */
    public static void until(String what, int seconds, BooleanSupplier condition) {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("after " + seconds + " s still not: " + what);
            }
            millis(2);
        }
    }
}
