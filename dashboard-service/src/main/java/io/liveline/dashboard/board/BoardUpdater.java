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
 * Updater of the board: loads a snapshot of the store, then applies every change after it. Loads again after a gap,
 * when the epoch of the topic changes, and periodically, which bounds any drift.
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
    // Events received while the snapshot is being loaded.
    private final List<Event> held = new ArrayList<>();
    private volatile long startedLoads;
    private volatile long lastLoad;
    private boolean loading;
    private boolean loadAgain;
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
            apply(event);
        } else if (held.size() < config.maxHeld()) {
            held.add(event);
        } else {
            held.clear();
            loadAgain = true;
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

    /** Returns the number of the next load. */
    long nextLoad() {
        return startedLoads + 1;
    }

    /** Returns the number of the last load that succeeded. */
    long lastLoad() {
        return lastLoad;
    }

    /** Loads the counters of the store; loads reload more if a load is already in progress. */
    synchronized void load() {
        if (closed) {
            return;
        }
        if (loading) {
            loadAgain = true;
            return;
        }
        loading = true;
        long number = ++startedLoads;
        store.read().subscribe().with(snapshot -> loaded(snapshot, number), this::failed);
    }

    private synchronized void loaded(CounterSnapshot snapshot, long number) {
        boolean first = board.cursor() == null;
        int differing = board.load(snapshot);
        lastLoad = number;
        meters.loaded();
        if (!first) {
            meters.reconciled(differing);
        }
        loading = false;
        List<Event> events = List.copyOf(held);
        held.clear();
        boolean reload = loadAgain;
        loadAgain = false;
        events.forEach(this::event);
        if (reload) {
            load();
        }
    }

    private synchronized void failed(Throwable failure) {
        LOG.warnf("Loading the counters failed, retrying: %s", failure.getMessage());
        loading = false;
        loadAgain = false;
        // The next snapshot contains the held events.
        held.clear();
        if (!closed) {
            vertx.setTimer(RETRY_MILLIS, id -> load());
        }
    }

    private void apply(Event event) {
        List<Counter> changed = new ArrayList<>();
        JsonObject json = new JsonObject(event.data());
        json.forEach(entry ->
                changed.add(new Counter(entry.getKey(), ((Number) entry.getValue()).longValue(), event.cursor())));
        if (!board.apply(event.cursor(), changed)) {
            load();
        }
    }
}
