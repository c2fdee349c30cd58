package io.liveline.chat.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.PeriodicTask;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.http.PreferHeader;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;

/**
 * What each event loop looks after for its connections: signs of life and the ends of waits, by one timer each, and
 * what they do not take.
 */
@Singleton
public final class EventLoopStates {

    /** One event loop; confined to it. */
    public record Loop(Heartbeats heartbeats, TimingWheel<TimingWheel.Timed> waits, UnsentBudget backlog) {}

    private static final long TICK_MILLIS = 100;
    private static final long LOOP_PATIENCE_MILLIS = 1000;

    private final ChatConfig config;
    // One entry an event loop.
    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
    private final AtomicLong backlog = new AtomicLong();
    // By nowMillis().
    private volatile long endMillis = Heartbeats.NEVER;

    EventLoopStates(ChatConfig config, ChatMeters meters) {
        this.config = config;
        meters.backlog(backlog::get);
    }

    /** What this loop looks after; called on it. */
    public Loop of(EventLoop loop) {
        return loops.computeIfAbsent(loop, this::begin);
    }

    private Loop begin(EventLoop loop) {
        TimingWheel<TimingWheel.Timed> waits =
                new TimingWheel<>(TICK_MILLIS, PreferHeader.LONGEST_WAIT.toMillis(), nowMillis());
        PeriodicTask.every(loop, TICK_MILLIS, () -> waits.advance(nowMillis(), TimingWheel.Timed::timeUp));
        return new Loop(
                new Heartbeats(loop, config, this::leftMillis), waits, new UnsentBudget(share(loop), loop, backlog));
    }

    /** What an event loop may hold of what this replica may. */
    private long share(EventLoop loop) {
        return config.backlogBytes() / ((MultithreadEventExecutorGroup) loop.parent()).executorCount();
    }

    /** Sees all clients off within the time that this replica has left: who waits at once, the others one by one. */
    void drain(@Observes DrainStarted asked) {
        endMillis = nowMillis() + asked.window().toMillis();
        List<Future<?>> begun = new ArrayList<>();
        loops.forEach((loop, parts) -> begun.add(loop.submit(() -> {
            parts.waits().drain(TimingWheel.Timed::timeUp);
            parts.heartbeats().drain();
        })));
        // Where there is no time the server closes connections next, with a code of its own.
        begun.forEach(each -> each.awaitUninterruptibly(LOOP_PATIENCE_MILLIS));
    }

    /** Whether this replica ends, so that nobody should stay. */
    public boolean isDraining() {
        return endMillis != Heartbeats.NEVER;
    }

    private long leftMillis() {
        return isDraining() ? Math.max(0, endMillis - nowMillis()) : Heartbeats.NEVER;
    }

    /** By a clock that nobody sets: what waits' ends are told by. */
    public static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
