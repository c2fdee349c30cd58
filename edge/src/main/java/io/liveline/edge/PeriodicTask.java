package io.liveline.edge;

import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jboss.logging.Logger;

/** Task that runs periodically on an event loop. */
public final class PeriodicTask {

    private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

    private PeriodicTask() {}

    /**
     * Schedules a task at a fixed rate until the returned future is cancelled. A failure of the task is logged, and the
     * task runs again. Netty itself would cancel a failed task silently.
     *
     * @param everyMillis period in milliseconds, 1 or more
     */
    public static ScheduledFuture<?> every(EventLoop loop, long everyMillis, Runnable task) {
        return loop.scheduleAtFixedRate(
                () -> {
                    try {
                        task.run();
                    } catch (Throwable fault) {
                        LOG.error("A periodic task failed", fault);
                    }
                },
                everyMillis,
                everyMillis,
                TimeUnit.MILLISECONDS);
    }
}
