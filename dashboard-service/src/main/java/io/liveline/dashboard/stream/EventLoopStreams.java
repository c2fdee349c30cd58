package io.liveline.dashboard.stream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.edge.ProblemException;
import io.liveline.edge.longlived.SseResponse;

/** Streams of one event loop, by counter selection. Confined to the loop. */
final class EventLoopStreams {

    private static final long CHECK_MILLIS = 1000;

    private final CounterBoard board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final Consumer<CounterStream> endWithRetry;
    private final Map<CounterSelection, SharedView> views = new HashMap<>();
    private Cursor seen;
    private long tick;
    private long checkedMillis;
    private final LongSupplier drainUntilMillis;

    /**
     * @param endWithRetry ends a stream with a {@code retry:} line
     * @param drainUntilMillis time at which all streams have ended, to which every tick ends some; 0 if not draining
     */
    EventLoopStreams(
            CounterBoard board,
            DashboardConfig.Streams config,
            DashboardMeters meters,
            Consumer<CounterStream> endWithRetry,
            LongSupplier drainUntilMillis) {
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.endWithRetry = endWithRetry;
        this.drainUntilMillis = drainUntilMillis;
    }

    /** Returns the view of these counters, for a stream that is about to be added. */
    SharedView view(CounterSelection names) {
        SharedView view = views.get(names);
        if (view == null) {
            if (views.size() >= config.maxViews()) {
                throw ProblemException.full("Too many different views at this replica", config.retry());
            }
            view = new SharedView(names, board, config, meters);
            views.put(names, view);
        }
        return view;
    }

    /** Removes a stream; returns false if it was already removed. */
    boolean remove(CounterStream stream) {
        SharedView view = stream.view;
        boolean was = view.remove(stream);
        if (view.streams.isEmpty()) {
            views.remove(view.names, view);
        }
        return was;
    }

    /** @param atMillis the same instant, in milliseconds since 1970 */
    void tick(long nowMillis, long atMillis) {
        tick++;
        Cursor at = board.cursor();
        if (views.isEmpty() || at == null) {
            return;
        }
        boolean moved = !at.equals(seen);
        seen = at;
        for (SharedView view : views.values()) {
            view.tick(tick, moved, nowMillis);
        }
        long until = drainUntilMillis.getAsLong();
        if (until != 0) {
            endSome(until - nowMillis);
        }
        if (nowMillis - checkedMillis >= CHECK_MILLIS) {
            checkedMillis = nowMillis;
            checkStreams(nowMillis, atMillis);
        }
    }

    private void checkStreams(long nowMillis, long atMillis) {
        for (SharedView view : List.copyOf(views.values())) {
            view.expired(atMillis).forEach(endWithRetry);
            view.heartbeat(nowMillis).forEach(this::closeStalled);
        }
    }

    /** Ends all streams. */
    void end(Consumer<CounterStream> how) {
        List.copyOf(views.values()).forEach(view -> view.streams.copy().forEach(how));
    }

    /** @param rate maximum number of events a second */
    CounterStream open(
            CounterSelection names, SseResponse sse, int rate, Cursor position, long expiresMillis, long nowMillis) {
        int everyTicks =
                (int) Math.max(1, Math.ceil(1000.0 / rate / config.conflation().toMillis()));
        return new CounterStream(view(names), sse, everyTicks, position, expiresMillis, nowMillis);
    }

    private void endSome(long leftMillis) {
        long ticks = Math.max(1, leftMillis / config.conflation().toMillis());
        int all = views.values().stream().mapToInt(view -> view.streams.size()).sum();
        List<CounterStream> some = views.values().stream()
                .flatMap(view -> view.streams.copy().stream())
                .limit((all + ticks - 1) / ticks)
                .toList();
        some.forEach(endWithRetry);
    }

    private void closeStalled(CounterStream stream) {
        meters.stalled.increment();
        stream.sse.cut();
    }
}
