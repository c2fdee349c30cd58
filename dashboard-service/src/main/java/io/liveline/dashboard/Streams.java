package io.liveline.dashboard;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bus.Cursor;
import io.liveline.edge.Problem;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;

/** All streams of this replica: for each event loop, its own and one timer. */
final class Streams implements AutoCloseable {

    private static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    /** One event loop. */
    private record Loop(Context context, LoopStreams streams, long timer) {}

    private final Vertx vertx;
    private final Board board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final InstantSource clock;
    private final AtomicInteger open = new AtomicInteger();
    // One entry an event loop.
    private final Map<Object, Loop> loops = new ConcurrentHashMap<>();

    Streams(Vertx vertx, Board board, DashboardConfig.Streams config, DashboardMeters meters, InstantSource clock) {
        this.vertx = vertx;
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.clock = clock;
    }

    /** How many there are. */
    int size() {
        return open.get();
    }

    /**
     * Begins a stream; called on the event loop of its connection.
     *
     * @param rate events a second at most
     * @param position what the viewer has seen, or null
     * @param expiresMillis when it ends, as its viewer's token does
     * @throws Problem 503 {@code full}, {@code unavailable}
     */
    void open(HttpServerRequest request, Names names, int rate, Cursor position, long expiresMillis) {
        if (board.cursor() == null) {
            throw new Problem(503, "unavailable", "The counters cannot be told now", config.retry());
        }
        if (open.incrementAndGet() > config.max()) {
            open.decrementAndGet();
            meters.refused();
            throw new Problem(503, "full", "This replica has all the streams that it can serve", retry());
        }
        LoopStreams here = here();
        Stream stream;
        try {
            stream = here.open(names, request, here.everyTicks(rate), position, expiresMillis);
        } catch (Problem full) {
            open.decrementAndGet();
            meters.refused();
            throw full;
        }
        begin(request.response(), here, stream);
    }

    @Override
    public void close() {
        loops.values().forEach(loop -> {
            vertx.cancelTimer(loop.timer());
            loop.context().runOnContext(nothing -> loop.streams().end(Stream::end));
        });
    }

    private void begin(HttpServerResponse response, LoopStreams here, Stream stream) {
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .putHeader(ACCEL_BUFFERING, NO);
        // A client that goes away is told of here, not by a failed write.
        response.exceptionHandler(gone -> {});
        response.closeHandler(closed -> {
            here.remove(stream);
            open.decrementAndGet();
        });
        long now = clock.millis();
        stream.write(Buffer.buffer("retry: " + retry().toMillis() + "\n\n"), now);
        stream.view().add(stream, now);
    }

    private Duration retry() {
        long spread = config.retrySpread().toMillis();
        return config.retry()
                .plusMillis(spread == 0 ? 0 : ThreadLocalRandom.current().nextLong(spread));
    }

    private LoopStreams here() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return loops.computeIfAbsent(context.nettyEventLoop(), loop -> begin(context.unwrap()))
                .streams();
    }

    private Loop begin(ContextInternal context) {
        LoopStreams streams = new LoopStreams(board, config, meters);
        long timer = vertx.setPeriodic(
                config.conflation().toMillis(), id -> context.runOnContext(nothing -> streams.tick(clock.millis())));
        return new Loop(context, streams, timer);
    }
}
