package io.liveline.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Threads for tasks of tests that block, one for each. The common pool, which {@link CompletableFuture} uses from JDK 25
 * on however few cores there are, has a single thread on two cores: the second task would never begin.
 */
public final class Background {

    private Background() {}

    /** Starts a task that returns a value. */
    public static <T> CompletableFuture<T> supply(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, Background::start);
    }

    /** Starts a task. */
    public static CompletableFuture<Void> run(Runnable task) {
        return CompletableFuture.runAsync(task, Background::start);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "background");
        thread.setDaemon(true);
        thread.start();
    }
}
