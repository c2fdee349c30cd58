package io.liveline.dashboard.stream;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bus.Cursor;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.CatchUp;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.longlived.LongLivedResponse;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;

/** Streams of this replica, kept per event loop with one timer each. */
public final class CounterStreams implements AutoCloseable {

    private static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    /** Streams and timer of one event loop. */
    private record Loop(Context context, EventLoopStreams streams, long timer) {}

    private final Vertx vertx;
    private final CounterBoard board;
    private final CatchUp catchUp;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    // Tokens expire by the wall clock; durations are measured with the monotonic clock.
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final AtomicInteger open = new AtomicInteger();
    // By event loop.
    private final Map<Object, Loop> loops = new ConcurrentHashMap<>();

    // End of draining; 0 if not draining.
    private volatile long drainUntilMillis;

    public CounterStreams(
            Vertx vertx,
            CounterBoard board,
            CatchUp catchUp,
            DashboardConfig.Streams config,
            DashboardMeters meters,
            InstantSource clock,
            MonotonicClock monotonic) {
        this.catchUp = catchUp;
        this.vertx = vertx;
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.clock = clock;
        this.monotonic = monotonic;
    }

    /** Returns the number of open streams. */
    public int size() {
        return open.get();
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
        if (board.cursor() == null) {
            throw new ProblemException(503, "unavailable", "The counters are not available yet", config.retry());
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            head(context.response()).end();
            return;
        }
        if (open.incrementAndGet() > config.max()) {
            open.decrementAndGet();
            meters.refused();
            throw new ProblemException(503, "full", "This replica serves the maximum number of streams", retry());
        }
        LongLivedResponse held = LongLivedResponse.of(context);
        catchUp.await(position)
                .onSuccess(reached -> start(held, names, rate, position, expiresMillis))
                .onFailure(timeout -> endUnreached(held));
    }

    /** Ends all streams, spread over the first three quarters of this time, each with a {@code retry:} line. */
    public void drain(Duration window) {
        long until = monotonic.millis() + window.toMillis() * 3 / 4;
        drainUntilMillis = until;
        loops.values().forEach(loop -> loop.context()
                .runOnContext(nothing -> loop.streams().drain(until)));
    }

    @Override
    public void close() {
        loops.values().forEach(loop -> {
            vertx.cancelTimer(loop.timer());
            loop.context().runOnContext(nothing -> loop.streams().end(CounterStream::end));
        });
    }

    private void start(LongLivedResponse held, CounterSelection names, int rate, Cursor position, long expiresMillis) {
        if (held.response().closed()) {
            open.decrementAndGet();
            return;
        }
        EventLoopStreams streams = streams();
        try {
            start(held, streams, streams.open(names, held, streams.everyTicks(rate), position, expiresMillis));
        } catch (ProblemException full) {
            open.decrementAndGet();
            meters.refused();
            ProblemResponses.answer(held.response(), full);
        }
    }

    /** Ends a stream before its first event: an EventSource reconnects after that, but not after an error status. */
    private void endUnreached(LongLivedResponse held) {
        open.decrementAndGet();
        meters.behind();
        if (!held.response().closed()) {
            head(held.response()).setChunked(true).end(retryLine());
            held.sendElsewhere();
        }
    }

    private static HttpServerResponse head(HttpServerResponse response) {
        return response.putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .putHeader(ACCEL_BUFFERING, NO);
    }

    private void start(LongLivedResponse held, EventLoopStreams streams, CounterStream stream) {
        HttpServerResponse response = head(held.response()).setChunked(true);
        // Closed connections are handled by the close handler, not by a failed write.
        response.exceptionHandler(gone -> {});
        response.closeHandler(closed -> left(streams, stream));
        response.endHandler(ended -> left(streams, stream));
        long now = monotonic.millis();
        stream.write(retryLine(), now);
        held.begun();
        stream.view().add(stream, now);
    }

    private void left(EventLoopStreams streams, CounterStream stream) {
        if (streams.remove(stream)) {
            open.decrementAndGet();
        }
    }

    private Duration retry() {
        long spread = config.retrySpread().toMillis();
        return config.retry()
                .plusMillis(spread == 0 ? 0 : ThreadLocalRandom.current().nextLong(spread));
    }

    /**
     * Returns the {@code retry:} line. It is part of the next event: several libraries take a block of its own for an
     * empty event.
     */
    private Buffer retryLine() {
        return Buffer.buffer("retry: " + retry().toMillis() + "\n");
    }

    private EventLoopStreams streams() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return loops.computeIfAbsent(context.nettyEventLoop(), loop -> register(context.unwrap()))
                .streams();
    }

    private Loop register(ContextInternal context) {
        EventLoopStreams streams = new EventLoopStreams(board, config, meters, stream -> stream.endWith(retryLine()));
        if (drainUntilMillis != 0) {
            streams.drain(drainUntilMillis);
        }
        long timer = vertx.setPeriodic(
                config.conflation().toMillis(),
                id -> context.runOnContext(nothing -> streams.tick(monotonic.millis(), clock.millis())));
        return new Loop(context, streams, timer);
    }
}
