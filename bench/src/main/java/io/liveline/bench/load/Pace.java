package io.liveline.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import io.liveline.bench.net.GeneratorLoop;
import io.netty.channel.EventLoop;

/** Timer of an action at fixed times, which makes up for late ones. Confined to the event loop. */
public final class Pace implements Runnable {

    private final EventLoop loop;
    private final long everyNanos;
    private final LongConsumer action;
    private long due;
    private boolean stopped;

    private Pace(EventLoop loop, double perSecond, LongConsumer action) {
        this.loop = loop;
        this.everyNanos = Math.round(1e9 / perSecond);
        this.action = action;
    }

    /** @param action consumer of the due time by {@link System#nanoTime} */
    public static Pace keep(GeneratorLoop net, double perSecond, LongConsumer action) {
        Pace pace = new Pace(net.loop(), perSecond, action);
        net.on(() -> {
            pace.due = System.nanoTime();
            pace.run();
            return null;
        });
        return pace;
    }

    public void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        for (; !stopped && due <= System.nanoTime(); due += everyNanos) {
            action.accept(due);
        }
        if (!stopped) {
            // Scheduled for the exact due time: a periodic timer would be early or late by its phase.
            loop.schedule(this, due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }
}
