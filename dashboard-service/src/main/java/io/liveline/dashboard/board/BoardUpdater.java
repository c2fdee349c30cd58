package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.follow.SnapshotFollower;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.store.CounterStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Updater of the board, which follows the store. Loads all counters again periodically, which bounds any drift.
 */
public final class BoardUpdater implements SnapshotFollower.Copy<CounterSnapshot>, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BoardUpdater.class);
    private static final long RETRY_MILLIS = 500;

    private final CounterStore store;
    private final CounterBoard board;
    private final DashboardConfig config;
    private final DashboardMeters meters;
    private final Vertx vertx;
    private final SnapshotFollower<CounterSnapshot> follower;
    private List<Long> timers = List.of();

    public BoardUpdater(
            EventBus bus,
            CounterStore store,
            CounterBoard board,
            DashboardConfig config,
            DashboardMeters meters,
            Vertx vertx) {
        this.store = store;
        this.board = board;
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        this.follower = new SnapshotFollower<>(bus, CounterStore.TOPIC, this, this::execute, config.maxHeld());
    }

    /** Starts to follow the store. */
    public void start() {
        follower.start();
        timers = List.of(
                vertx.setPeriodic(RETRY_MILLIS, id -> follower.retry()),
                vertx.setPeriodic(config.reconcileEvery().toMillis(), id -> follower.refresh()));
    }

    @Override
    public void close() {
        timers.forEach(vertx::cancelTimer);
        follower.close();
    }

    /** Returns the follower that the board is updated by. */
    SnapshotFollower<CounterSnapshot> follower() {
        return follower;
    }

    @Override
    public Uni<CounterSnapshot> read() {
        return store.read();
    }

    @Override
    public Cursor install(CounterSnapshot snapshot) {
        boolean first = board.cursor() == null;
        int differing = board.load(snapshot);
        meters.loads.increment();
        if (!first) {
            meters.reconciled.increment(differing);
        }
        return board.cursor();
    }

    @Override
    public void apply(Event event) {
        List<Counter> changed = new ArrayList<>();
        JsonObject json = new JsonObject(event.data());
        json.forEach(entry ->
                changed.add(new Counter(entry.getKey(), ((Number) entry.getValue()).longValue(), event.cursor())));
        board.apply(event.cursor(), changed);
    }

    @Override
    public void failed(Throwable failure) {
        LOG.warnf("Loading the counters failed, retrying: %s", failure.getMessage());
    }

    // On the caller's thread: a change of event loops would cost each increment more than the lock.
    private synchronized void execute(Runnable task) {
        task.run();
    }
}
