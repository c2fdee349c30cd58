package io.liveline.dashboard.stream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.edge.ProblemException;
import io.liveline.edge.longlived.LongLivedResponse;

/** The streams of one event loop, by what they look at. Confined to the loop. */
final class EventLoopStreams {

    private static final long LOOK_ROUND_MILLIS = 1000;

    private final CounterBoard board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final Consumer<CounterStream> seeOff;
    private final Map<CounterSelection, SharedView> views = new HashMap<>();
    private Cursor seen;
    private long tick;
    private long lookedRoundMillis;
    // Until when all are seen off; 0 when they are not to be.
    private long drainedMillis;

    /** @param seeOff ends a stream with a word when to come back */
    EventLoopStreams(
            CounterBoard board,
            DashboardConfig.Streams config,
            DashboardMeters meters,
            Consumer<CounterStream> seeOff) {
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.seeOff = seeOff;
    }

    /** The view of these counters, for a stream that is about to be added. */
    SharedView view(CounterSelection names) {
        SharedView view = views.get(names);
        if (view == null) {
            if (views.size() >= config.maxViews()) {
                throw new ProblemException(503, "full", "There are too many different views here", config.retry());
            }
            view = new SharedView(names, board, config, meters);
            views.put(names, view);
        }
        return view;
    }

    /** Forgets it; false when it is not among them any more. */
    boolean remove(CounterStream stream) {
        SharedView view = stream.view();
        boolean was = view.remove(stream);
        if (view.isEmpty()) {
            views.remove(view.names(), view);
        }
        return was;
    }

    /** From now on some are seen off at every tick, so that all are by then. */
    void drain(long untilMillis) {
        drainedMillis = untilMillis;
    }

    /** @param atMillis the same moment, in milliseconds since 1970 */
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
        if (drainedMillis != 0) {
            seeOffSome(nowMillis);
        }
        if (nowMillis - lookedRoundMillis >= LOOK_ROUND_MILLIS) {
            lookedRoundMillis = nowMillis;
            lookRound(nowMillis, atMillis);
        }
    }

    private void lookRound(long nowMillis, long atMillis) {
        for (SharedView view : List.copyOf(views.values())) {
            view.expired(atMillis).forEach(seeOff);
            view.heartbeat(nowMillis).forEach(this::closeStalled);
        }
    }

    /** Ends all of them. */
    void end(Consumer<CounterStream> how) {
        List.copyOf(views.values()).forEach(view -> List.copyOf(view.streams()).forEach(how));
    }

    /** The ticks between two events of a stream that asks for so many a second. */
    int everyTicks(int rate) {
        return (int) Math.max(1, Math.ceil(1000.0 / rate / config.conflation().toMillis()));
    }

    CounterStream open(
            CounterSelection names, LongLivedResponse held, int everyTicks, Cursor position, long expiresMillis) {
        return new CounterStream(view(names), held, everyTicks, position, expiresMillis);
    }

    private void seeOffSome(long nowMillis) {
        long ticks =
                Math.max(1, (drainedMillis - nowMillis) / config.conflation().toMillis());
        int all =
                views.values().stream().mapToInt(view -> view.streams().size()).sum();
        List<CounterStream> some = views.values().stream()
                .flatMap(view -> view.streams().stream())
                .limit((all + ticks - 1) / ticks)
                .toList();
        some.forEach(seeOff);
    }

    private void closeStalled(CounterStream stream) {
        meters.stalled();
        stream.cut();
    }
}
