package io.liveline.chat.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.PerEventLoop;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.http.PreferHeader;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;

/**
 * State of each event loop for its connections: heartbeats and long-poll deadlines, by one timer each, and the budget
 * of unsent bytes.
 */
@Singleton
public final class EventLoopStates {

    /** State of one event loop, confined to it. */
    public record Loop(Heartbeats heartbeats, TimingWheel<TimingWheel.Timed> waits, UnsentBudget backlog) {}

    private static final long TICK_MILLIS = 100;
    private static final long LOOP_PATIENCE_MILLIS = 1000;

    private final ChatConfig config;
    private final PerEventLoop<Loop> loops = new PerEventLoop<>(
            TICK_MILLIS, this::create, loop -> loop.waits().advance(nowMillis(), TimingWheel.Timed::timeUp));
    private final AtomicLong backlog = new AtomicLong();
    // On the clock of nowMillis().
    private volatile long endMillis = Heartbeats.NEVER;

    EventLoopStates(ChatConfig config, ChatMeters meters) {
        this.config = config;
        meters.backlog(backlog::get);
    }

    /** Returns the state of a loop. Must be called on that loop. */
    public Loop of(EventLoop loop) {
        return loops.of(loop);
    }

    private Loop create(EventLoop loop) {
        TimingWheel<TimingWheel.Timed> waits =
                new TimingWheel<>(TICK_MILLIS, PreferHeader.LONGEST_WAIT.toMillis(), nowMillis());
        return new Loop(
                new Heartbeats(this::leftMillis).start(loop, config.heartbeat()),
                waits,
                new UnsentBudget(share(loop), loop, backlog));
    }

    /** Returns the share of an event loop in this replica's budget. */
    private long share(EventLoop loop) {
        return config.backlogBytes() / ((MultithreadEventExecutorGroup) loop.parent()).executorCount();
    }

    /**
     * Closes all connections within the time that this replica has left: parked long-polls at once, the others one by
     * one.
     */
    void drain(@Observes DrainStarted started) {
        endMillis = nowMillis() + started.window().toMillis();
        List<Future<?>> tasks = new ArrayList<>();
        loops.loops()
                .forEach(loop -> tasks.add(loop.submit(() -> {
                    of(loop).waits().drain(TimingWheel.Timed::timeUp);
                    of(loop).heartbeats().drain();
                })));
        // If there is no time left, the server closes connections right afterwards, with a code of its own.
        tasks.forEach(each -> each.awaitUninterruptibly(LOOP_PATIENCE_MILLIS));
    }

    /** Returns whether this replica is draining, so that no client should stay. */
    public boolean isDraining() {
        return endMillis != Heartbeats.NEVER;
    }

    private long leftMillis() {
        return isDraining() ? Math.max(0, endMillis - nowMillis()) : Heartbeats.NEVER;
    }

    /** Returns the time on a monotonic clock, on which the deadlines of long-polls are measured. */
    public static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
