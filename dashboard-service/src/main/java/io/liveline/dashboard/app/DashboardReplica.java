package io.liveline.dashboard.app;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.bus.store.StoreSelection;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.ActivityConsumer;
import io.liveline.dashboard.board.BoardUpdater;
import io.liveline.dashboard.board.CatchUp;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.board.CounterHistory;
import io.liveline.dashboard.board.HistorySampler;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.dashboard.store.CounterStore;
import io.liveline.dashboard.store.LocalCounterStore;
import io.liveline.dashboard.store.RedisCounterStore;
import io.liveline.dashboard.stream.CounterStreams;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Replica of the dashboard service, wired from its parts. */
@Singleton
@Startup
final class DashboardReplica implements AutoCloseable {

    final DashboardConfig config;
    final CounterStreams streams;
    private final CounterStore store;
    private final CounterBoard board = new CounterBoard();
    private final CounterHistory history;
    private final DashboardMeters meters;
    private final BoardUpdater updater;
    private final CatchUp catchUp;
    private final HistorySampler sampler;
    private final ActivityConsumer activity;

    @Inject
    DashboardReplica(EventBus bus, DashboardConfig config, Vertx vertx, MeterRegistry registry) {
        this(bus, config, InstantSource.system(), MonotonicClock.system(), vertx, registry);
    }

    DashboardReplica(
            EventBus bus,
            DashboardConfig config,
            InstantSource clock,
            MonotonicClock monotonic,
            Vertx vertx,
            MeterRegistry registry) {
        this.config = config;
        this.store = StoreSelection.of(
                bus,
                local -> new LocalCounterStore(local, config, clock, monotonic),
                redis -> new RedisCounterStore(redis, config));
        this.history = new CounterHistory(config.history().retention().toMillis(), clock, monotonic);
        this.meters = new DashboardMeters(registry);
        this.updater = new BoardUpdater(bus, store, board, config, meters, vertx);
        this.catchUp = new CatchUp(board, updater, config, monotonic, vertx);
        this.streams = new CounterStreams(board, catchUp, config.streams(), meters, clock, monotonic);
        meters.gauge("streams", "Streams", streams::size);
        meters.gauge("counters", "Counters", board::size);
        meters.gauge(
                "waiting", "Requests that wait until this replica reaches the position of their client", catchUp::size);
        this.sampler = new HistorySampler(bus, board, history, config.history(), monotonic, vertx);
        String id = "dashboard-" + UUID.randomUUID();
        this.activity = new ActivityConsumer(bus, store, config.suite(), meters, vertx, id, streams::size);
    }

    /** Starts the replica, which works until it is closed. */
    @PostConstruct
    void start() {
        updater.start();
        sampler.start();
        activity.start();
    }

    /** Applies a write, once for its key. Later reads at this replica include it. */
    Uni<List<Counter>> write(CounterWrite write) {
        return store.write(write).invoke(counters -> {
            meters.writes.increment();
            counters.forEach(counter -> catchUp.recordWrite(counter.version()));
        });
    }

    /**
     * Returns the selected counters, including all writes through this replica.
     *
     * @param seen position of the client, which the answer must include; null for none
     */
    Uni<CounterSnapshot> snapshot(CounterSelection names, Cursor seen) {
        return upTo(seen).map(reached -> board.snapshot(names));
    }

    /**
     * Returns the history of a counter; the last point is its current value.
     *
     * @param seen position of the client, which the answer must include; null for none
     * @return fails with a {@link ProblemException} 404 {@code unknown_counter}
     */
    Uni<List<CounterHistory.Point>> history(CounterName name, Cursor seen) {
        return upTo(seen).map(reached -> history(name));
    }

    private List<CounterHistory.Point> history(CounterName name) {
        Counter counter = board.get(name.text());
        if (counter == null) {
            throw unknown();
        }
        List<CounterHistory.Point> points = new ArrayList<>(history.of(name.text()));
        points.add(new CounterHistory.Point(history.now(), counter.value()));
        return points;
    }

    /** Returns the problem for a counter that does not exist or that the caller may not read. */
    static ProblemException unknown() {
        return new ProblemException(404, "unknown_counter", "There is no counter with this name");
    }

    /** Ends all streams within the time of draining, including streams that are opened meanwhile. */
    void drain(@Observes DrainStarted shutdown) {
        streams.drain(shutdown.window());
    }

    @Override
    @PreDestroy
    public void close() {
        streams.close();
        updater.close();
        sampler.close();
        activity.close();
    }

    private Uni<Void> upTo(Cursor seen) {
        board.requireLoaded(config.streams().retry());
        Future<Void> reached = catchUp.reach(seen);
        return reached.succeeded()
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().completionStage(reached::toCompletionStage);
    }
}
