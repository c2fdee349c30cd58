package io.liveline.dashboard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.longlived.LongLivedResponse;

/** The streams of one event loop, by what they look at. Confined to the loop. */
final class LoopStreams {

    private static final long LOOK_ROUND_MILLIS = 1000;

    private final Board board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final Consumer<Stream> seeOff;
    private final Map<Names, LoopView> views = new HashMap<>();
    private Cursor seen;
    private long tick;
    private long lookedRoundMillis;
    // Until when all are seen off; 0 when they are not to be.
    private long drainedMillis;

    /** @param seeOff ends a stream with a word when to come back */
    LoopStreams(Board board, DashboardConfig.Streams config, DashboardMeters meters, Consumer<Stream> seeOff) {
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.seeOff = seeOff;
    }

    /** The view of these counters, for a stream that is about to be added. */
    LoopView view(Names names) {
        LoopView view = views.get(names);
        if (view == null) {
            if (views.size() >= config.maxViews()) {
                throw new ProblemException(503, "full", "There are too many different views here", config.retry());
            }
            view = new LoopView(names, board, config, meters);
            views.put(names, view);
        }
        return view;
    }

    /** Forgets it; false when it is not among them any more. */
    boolean remove(Stream stream) {
        LoopView view = stream.view();
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
        for (LoopView view : views.values()) {
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
        for (LoopView view : List.copyOf(views.values())) {
            view.expired(atMillis).forEach(seeOff);
            view.heartbeat(nowMillis).forEach(this::closeStalled);
        }
    }

    /** Ends all of them. */
    void end(Consumer<Stream> how) {
        List.copyOf(views.values()).forEach(view -> List.copyOf(view.streams()).forEach(how));
    }

    /** The ticks between two events of a stream that asks for so many a second. */
    int everyTicks(int rate) {
        return (int) Math.max(1, Math.ceil(1000.0 / rate / config.conflation().toMillis()));
    }

    Stream open(Names names, LongLivedResponse held, int everyTicks, Cursor position, long expiresMillis) {
        return new Stream(view(names), held, everyTicks, position, expiresMillis);
    }

    private void seeOffSome(long nowMillis) {
        long ticks =
                Math.max(1, (drainedMillis - nowMillis) / config.conflation().toMillis());
        int all =
                views.values().stream().mapToInt(view -> view.streams().size()).sum();
        List<Stream> some = views.values().stream()
                .flatMap(view -> view.streams().stream())
                .limit((all + ticks - 1) / ticks)
                .toList();
        some.forEach(seeOff);
    }

    private void closeStalled(Stream stream) {
        meters.stalled();
        stream.cut();
    }
}
