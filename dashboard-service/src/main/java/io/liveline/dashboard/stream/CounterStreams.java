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

/** All streams of this replica: for each event loop, its own and one timer. */
public final class CounterStreams implements AutoCloseable {

    private static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    /** One event loop. */
    private record Loop(Context context, EventLoopStreams streams, long timer) {}

    private final Vertx vertx;
    private final CounterBoard board;
    private final CatchUp catchUp;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    // Tokens end by the machine's clock; everything else lasts by the other one.
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final AtomicInteger open = new AtomicInteger();
    // One entry an event loop.
    private final Map<Object, Loop> loops = new ConcurrentHashMap<>();

    // Until when all are ended; 0 when they are not to be.
    private volatile long drainedMillis;

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

    /** How many there are. */
    public int size() {
        return open.get();
    }

    /**
     * Begins a stream, as soon as this replica knows what its viewer has seen; for HEAD only says what it would be.
     * Called on the event loop of its connection.
     *
     * @param rate events a second at most
     * @param position what the viewer has seen, or null
     * @param expiresMillis when it ends, as its viewer's token does
     * @throws ProblemException 503 {@code full}, {@code unavailable}
     */
    public void open(RoutingContext context, CounterSelection names, int rate, Cursor position, long expiresMillis) {
        if (board.cursor() == null) {
            throw new ProblemException(503, "unavailable", "The counters cannot be told now", config.retry());
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            head(context.response()).end();
            return;
        }
        if (open.incrementAndGet() > config.max()) {
            open.decrementAndGet();
            meters.refused();
            throw new ProblemException(503, "full", "This replica has all the streams that it can serve", retry());
        }
        LongLivedResponse held = LongLivedResponse.of(context);
        catchUp.await(position)
                .onSuccess(reached -> begin(held, names, rate, position, expiresMillis))
                .onFailure(behind -> turnAway(held));
    }

    /** Ends all streams, each with a word when to come back, spread over the first three quarters of this time. */
    public void drain(Duration window) {
        long until = monotonic.millis() + window.toMillis() * 3 / 4;
        drainedMillis = until;
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

    private void begin(LongLivedResponse held, CounterSelection names, int rate, Cursor position, long expiresMillis) {
        if (held.response().closed()) {
            open.decrementAndGet();
            return;
        }
        EventLoopStreams here = here();
        try {
            begin(held, here, here.open(names, held, here.everyTicks(rate), position, expiresMillis));
        } catch (ProblemException full) {
            open.decrementAndGet();
            meters.refused();
            ProblemResponses.answer(held.response(), full);
        }
    }

    /** Ends a stream before it shows anything: an EventSource comes back after that, but not after a refusal. */
    private void turnAway(LongLivedResponse held) {
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

    private void begin(LongLivedResponse held, EventLoopStreams here, CounterStream stream) {
        HttpServerResponse response = head(held.response()).setChunked(true);
        // A client that goes away is told of here, not by a failed write.
        response.exceptionHandler(gone -> {});
        response.closeHandler(closed -> left(here, stream));
        response.endHandler(ended -> left(here, stream));
        long now = monotonic.millis();
        stream.write(retryLine(), now);
        held.begun();
        stream.view().add(stream, now);
    }

    private void left(EventLoopStreams here, CounterStream stream) {
        if (here.remove(stream)) {
            open.decrementAndGet();
        }
    }

    private Duration retry() {
        long spread = config.retrySpread().toMillis();
        return config.retry()
                .plusMillis(spread == 0 ? 0 : ThreadLocalRandom.current().nextLong(spread));
    }

    /** A line of the event that follows: in a block of its own several libraries would take it for an empty event. */
    private Buffer retryLine() {
        return Buffer.buffer("retry: " + retry().toMillis() + "\n");
    }

    private EventLoopStreams here() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return loops.computeIfAbsent(context.nettyEventLoop(), loop -> begin(context.unwrap()))
                .streams();
    }

    private Loop begin(ContextInternal context) {
        EventLoopStreams streams = new EventLoopStreams(board, config, meters, stream -> stream.seeOff(retryLine()));
        if (drainedMillis != 0) {
            streams.drain(drainedMillis);
        }
        long timer = vertx.setPeriodic(
                config.conflation().toMillis(),
                id -> context.runOnContext(nothing -> streams.tick(monotonic.millis(), clock.millis())));
        return new Loop(context, streams, timer);
    }
}
