package io.liveline.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import io.liveline.bench.net.GeneratorLoop;
import io.netty.channel.EventLoop;

/** Does something at fixed times, also what it is late for. Confined to the event loop. */
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

    /** @param action takes the time that it was due at, by {@link System#nanoTime} */
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
            // For that very time: a timer of its own rhythm would be late by what lies between the two, or too early.
            loop.schedule(this, due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }
}
