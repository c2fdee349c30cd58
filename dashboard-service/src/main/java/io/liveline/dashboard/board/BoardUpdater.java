package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.store.CounterStore;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Keeps the board: a snapshot of the store, then every change after it. A gap or another life of the topic loads it
 * again, and so does the clock from time to time, which bounds whatever drift there may be.
 */
public final class BoardUpdater implements Listener, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BoardUpdater.class);
    private static final long RETRY_MILLIS = 500;

    private final CounterStore store;
    private final CounterBoard board;
    private final DashboardConfig config;
    private final DashboardMeters meters;
    private final Vertx vertx;
    private final Subscription subscription;
    private final long timer;
    // What is told while the snapshot is on its way.
    private final List<Event> held = new ArrayList<>();
    private volatile long begunLoads;
    private volatile long lastLoad;
    private boolean loading;
    private boolean again;
    private boolean closed;

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
        this.subscription = bus.subscribe(CounterStore.TOPIC, this);
        this.timer = vertx.setPeriodic(config.reconcileEvery().toMillis(), id -> load());
    }

    @Override
    public void started(Cursor position) {
        load();
    }

    @Override
    public synchronized void event(Event event) {
        if (!loading) {
            follow(event);
        } else if (held.size() < config.maxHeld()) {
            held.add(event);
        } else {
            held.clear();
            again = true;
        }
    }

    @Override
    public void gap(Gap gap) {
        load();
    }

    @Override
    public synchronized void close() {
        closed = true;
        subscription.close();
        vertx.cancelTimer(timer);
    }

    /** The number of the next load to begin. */
    long nextLoad() {
        return begunLoads + 1;
    }

    /** The number of the last load that succeeded. */
    long lastLoad() {
        return lastLoad;
    }

    /** Loads the store's counters, once more if that is under way. */
    synchronized void load() {
        if (closed) {
            return;
        }
        if (loading) {
            again = true;
            return;
        }
        loading = true;
        long number = ++begunLoads;
        store.read().subscribe().with(snapshot -> loaded(snapshot, number), this::failed);
    }

    private synchronized void loaded(CounterSnapshot snapshot, long number) {
        boolean first = board.cursor() == null;
        int other = board.load(snapshot);
        lastLoad = number;
        meters.loaded();
        if (!first) {
            meters.reconciled(other);
        }
        loading = false;
        List<Event> behind = List.copyOf(held);
        held.clear();
        boolean once = again;
        again = false;
        behind.forEach(this::event);
        if (once) {
            load();
        }
    }

    private synchronized void failed(Throwable failure) {
        LOG.warnf("The counters cannot be loaded now, trying again: %s", failure.getMessage());
        loading = false;
        again = false;
        // What was held is in the next snapshot.
        held.clear();
        if (!closed) {
            vertx.setTimer(RETRY_MILLIS, id -> load());
        }
    }

    private void follow(Event event) {
        List<Counter> changed = new ArrayList<>();
        JsonObject json = new JsonObject(event.data());
        json.forEach(entry ->
                changed.add(new Counter(entry.getKey(), ((Number) entry.getValue()).longValue(), event.cursor())));
        if (!board.follow(event.cursor(), changed)) {
            load();
        }
    }
}
