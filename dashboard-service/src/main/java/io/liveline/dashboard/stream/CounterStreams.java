package io.liveline.dashboard.stream;

import java.time.Duration;
import java.time.InstantSource;

import io.liveline.bus.Cursor;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.CatchUp;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.edge.PerEventLoop;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.edge.longlived.SseResponse;
import io.vertx.ext.web.RoutingContext;

/** Streams of this replica, kept per event loop. */
public final class CounterStreams implements AutoCloseable {

    private final CounterBoard board;
    private final CatchUp catchUp;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final MonotonicClock monotonic;
    private final ConcurrencyLimit places;
    private final PerEventLoop<EventLoopStreams> loops;
    // End of draining; 0 if not draining.
    private volatile long drainUntilMillis;

    public CounterStreams(
            CounterBoard board,
            CatchUp catchUp,
            DashboardConfig.Streams config,
            DashboardMeters meters,
            InstantSource clock,
            MonotonicClock monotonic) {
        this.catchUp = catchUp;
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.monotonic = monotonic;
        this.places = new ConcurrencyLimit(config.max(), config.max(), config.retry(), config.retrySpread());
        // Tokens expire by the wall clock; durations are measured with the monotonic clock.
        this.loops = new PerEventLoop<>(
                config.conflation().toMillis(),
                loop -> new EventLoopStreams(
                        board, config, meters, stream -> stream.sse.end(places.retry()), () -> drainUntilMillis),
                streams -> streams.tick(monotonic.millis(), clock.millis()));
    }

    /** Returns the number of open streams. */
    public int size() {
        return places.taken();
    }

    /**
     * Starts a stream as soon as this replica has reached the position of the client; answers HEAD with the headers
     * only. Called on the event loop of the connection.
     *
     * @param rate maximum number of events a second
     * @param position position of the client, or null
     * @param expiresMillis expiry of the client's token, at which the stream ends
     * @throws ProblemException 503 {@code full}, {@code unavailable}
     */
    public void open(RoutingContext context, CounterSelection names, int rate, Cursor position, long expiresMillis) {
        board.requireLoaded(config.retry());
        if (SseResponse.answerHead(context)) {
            return;
        }
        try {
            places.take(null);
        } catch (ProblemException full) {
            meters.refused.increment();
            throw full;
        }
        SseResponse sse = new SseResponse(context);
        catchUp.await(position)
                .onSuccess(reached -> start(sse, names, rate, position, expiresMillis))
                .onFailure(timeout -> endUnreached(sse));
    }

    /** Ends all streams, spread over the first three quarters of this time, each with a {@code retry:} line. */
    public void drain(Duration window) {
        drainUntilMillis = monotonic.millis() + window.toMillis() * 3 / 4;
    }

    @Override
    public void close() {
        loops.close();
        loops.each(streams -> streams.end(stream -> stream.sse.response().end()));
    }

    private void start(SseResponse sse, CounterSelection names, int rate, Cursor position, long expiresMillis) {
        if (sse.response().closed()) {
            places.giveBack(null);
            return;
        }
        EventLoopStreams streams = loops.of(sse.loop());
        try {
            long now = monotonic.millis();
            CounterStream stream = streams.open(names, sse, rate, position, expiresMillis, now);
            sse.start(places.retry(), () -> left(streams, stream));
            stream.view.add(stream, now);
        } catch (ProblemException full) {
            places.giveBack(null);
            meters.refused.increment();
            ProblemResponses.answer(sse.response(), full);
        }
    }

    /** Ends a stream before its first event: an EventSource reconnects after that, but not after an error status. */
    private void endUnreached(SseResponse sse) {
        places.giveBack(null);
        meters.behind.increment();
        sse.end(places.retry());
    }

    private void left(EventLoopStreams streams, CounterStream stream) {
        if (streams.remove(stream)) {
            places.giveBack(null);
        }
    }
}
