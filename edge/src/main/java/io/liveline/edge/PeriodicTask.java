package io.liveline.edge;

import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jboss.logging.Logger;

/** Something that is done again and again on an event loop. */
public final class PeriodicTask {

    private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

    private PeriodicTask() {}

    /**
     * Does it from now on, until it is cancelled. When it fails, that is logged, and it is done again; Netty by itself
     * would never do it again, and say nothing.
     *
     * @param everyMillis 1 or more
     */
    public static ScheduledFuture<?> every(EventLoop loop, long everyMillis, Runnable tick) {
        return loop.scheduleAtFixedRate(
                () -> {
                    try {
                        tick.run();
                    } catch (Throwable fault) {
                        LOG.error("A tick has failed", fault);
                    }
                },
                everyMillis,
                everyMillis,
                TimeUnit.MILLISECONDS);
    }
}
