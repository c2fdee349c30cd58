package io.liveline.edge;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * State of each event loop that has connections, with one timer per loop. Each state is created at its first use, and
 * is confined to its loop.
 *
 * @param <T> type of the state
 */
public final class PerEventLoop<T> {

    private record Entry<T>(T state, ScheduledFuture<?> timer) {}

    private final Map<EventLoop, Entry<T>> entries = new ConcurrentHashMap<>();
    private final Function<EventLoop, Entry<T>> register;

    /** @param tick action of the timer, called every {@code tickMillis} */
    public PerEventLoop(long tickMillis, Function<EventLoop, T> create, Consumer<T> tick) {
        register = loop -> {
            T state = create.apply(loop);
            return new Entry<>(state, PeriodicTask.every(loop, tickMillis, () -> tick.accept(state)));
        };
    }

    /** Returns the state of a loop. Must be called on that loop. */
    public T of(EventLoop loop) {
        assert loop.inEventLoop();
        return entries.computeIfAbsent(loop, register).state();
    }

    /** Returns the loops that have a state. */
    public Set<EventLoop> loops() {
        return entries.keySet();
    }

    /** Passes each state to an action, on its loop. */
    public void each(Consumer<T> action) {
        entries.forEach((loop, entry) -> loop.execute(() -> action.accept(entry.state())));
    }

    /** Stops the timers. */
    public void close() {
        entries.values().forEach(entry -> entry.timer().cancel(false));
    }
}
