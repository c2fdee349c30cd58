package io.liveline.dashboard;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.bus.store.StoreSelection;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** One replica of the dashboard service: its parts, and what is asked of them. */
final class Replica implements AutoCloseable {

    private final DashboardConfig config;
    private final CounterStore store;
    private final Board board = new Board();
    private final History history;
    private final DashboardMeters meters;
    private final CatchUp catchUp;
    private final Streams streams;
    private final List<AutoCloseable> parts;

    /** A replica that works until it is closed. */
    Replica(
            EventBus bus,
            DashboardConfig config,
            InstantSource clock,
            MonotonicClock monotonic,
            Vertx vertx,
            MeterRegistry registry) {
        this.config = config;
        this.store = StoreSelection.of(
                bus,
                local -> new LocalCounters(local, config, clock, monotonic),
                redis -> new RedisCounters(redis, config));
        this.history = new History(config.history().retention().toMillis(), clock, monotonic);
        this.meters = new DashboardMeters(registry);
        Following following = new Following(bus, store, board, config, meters, vertx);
        this.catchUp = new CatchUp(board, following, config, monotonic, vertx);
        this.streams = new Streams(vertx, board, catchUp, config.streams(), meters, clock, monotonic);
        meters.gauge("streams", "Streams", streams::size);
        meters.gauge("counters", "Counters", board::size);
        meters.gauge("waiting", "Requests that wait for what their client has seen already", catchUp::size);
        this.parts = List.of(
                streams,
                following,
                new Sampler(bus, board, history, config.history(), monotonic, vertx),
                new SuiteFeed(bus, store, config.suite(), meters, vertx, id(), streams::size));
    }

    DashboardConfig config() {
        return config;
    }

    Streams streams() {
        return streams;
    }

    /** Does it, once for its key; whoever asks this replica from now on sees it done. */
    Uni<List<Counter>> write(Write write) {
        return store.write(write).invoke(counters -> {
            meters.written();
            counters.forEach(counter -> catchUp.wrote(counter.version()));
        });
    }

    /**
     * The counters of a view, with all that was written through this replica.
     *
     * @param seen what the asker has seen at the least; null for nothing
     */
    Uni<Snapshot> snapshot(Names names, Cursor seen) {
        return upTo(seen).map(reached -> board.snapshot(names));
    }

    /**
     * What a counter was, and is now at the end.
     *
     * @param seen what the asker has seen at the least; null for nothing
     * @return fails with a {@link ProblemException} 404 {@code unknown_counter}
     */
    Uni<List<History.Point>> history(CounterName name, Cursor seen) {
        return upTo(seen).map(reached -> history(name));
    }

    private List<History.Point> history(CounterName name) {
        Counter counter = board.get(name.text());
        if (counter == null) {
            throw unknown();
        }
        List<History.Point> points = new ArrayList<>(history.of(name.text()));
        points.add(new History.Point(history.now(), counter.value()));
        return points;
    }

    /** What is said of a counter that there is not, and of one that is not for who asks. */
    static ProblemException unknown() {
        return new ProblemException(404, "unknown_counter", "There is no counter of this name");
    }

    /** Sees the streams off, all within this time; those who still come are too. */
    void drain(Duration window) {
        streams.drain(window);
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
    }

    private Uni<Void> upTo(Cursor seen) {
        requireLoaded();
        Future<Void> reached = catchUp.reach(seen);
        return reached.succeeded()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().completionStage(reached::toCompletionStage);
    }

    private void requireLoaded() {
        if (board.cursor() == null) {
            throw new ProblemException(
                    503,
                    "unavailable",
                    "The counters cannot be told now",
                    config.streams().retry());
        }
    }

    private static String id() {
        return "dashboard-" + UUID.randomUUID();
    }
}
