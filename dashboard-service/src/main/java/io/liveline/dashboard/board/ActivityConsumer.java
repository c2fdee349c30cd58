package io.liveline.dashboard.board;

import java.util.List;
import java.util.function.IntSupplier;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.bus.follow.LogReplay;
import io.liveline.bus.support.BoundedMap;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.store.CounterStore;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.ActivityFact;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/**
 * Consumer of the topic {@code activity}: folds the facts of all services into the store in batches, and publishes the
 * number of streams of this replica there. Every replica folds every fact; facts are absolute, so that is harmless and
 * needs no election of one replica.
 */
public final class ActivityConsumer implements Listener, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ActivityConsumer.class);
    private static final long WINDOWS_MILLIS = 1000;

    private final EventBus bus;
    private final CounterStore store;
    private final DashboardConfig.Suite config;
    private final DashboardMeters meters;
    private final Vertx vertx;
    private final String replica;
    private final IntSupplier streams;
    private Subscription subscription;
    private long timer;
    private Cancellable replay = () -> {};
    private final BoundedMap<Object, ActivityFact> waiting;
    private boolean folding;
    private long foldedMillis;
    private long publishedMillis = Long.MIN_VALUE / 2;
    private int publishedStreams = -1;

    /** @param streams number of streams of this replica */
    public ActivityConsumer(
            EventBus bus,
            CounterStore store,
            DashboardConfig.Suite config,
            DashboardMeters meters,
            Vertx vertx,
            String replica,
            IntSupplier streams) {
        this.bus = bus;
        this.store = store;
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        this.replica = replica;
        this.streams = streams;
        this.waiting = new BoundedMap<>(config.maxWaiting());
    }

    /** Starts to fold facts, those from before this replica subscribed included. */
    public void start() {
        subscription = bus.subscribe(ActivityEvent.TOPIC, this);
        timer = vertx.setPeriodic(config.every().toMillis(), id -> tick(System.nanoTime() / 1_000_000));
    }

    @Override
    public void started(Cursor position) {
        // Facts that were published while no dashboard was subscribed.
        replay();
    }

    @Override
    public synchronized void event(Event event) {
        try {
            ActivityEvent.parse(event).forEach(this::enqueue);
        } catch (RuntimeException unreadable) {
            meters.badFacts.increment();
            LOG.debugf("Activity event ignored: %s", unreadable.getMessage());
        }
    }

    @Override
    public void gap(Gap gap) {
        replay();
    }

    @Override
    public synchronized void close() {
        subscription.close();
        vertx.cancelTimer(timer);
        replay.cancel();
    }

    private synchronized void replay() {
        replay.cancel();
        replay = LogReplay.of(bus, ActivityEvent.TOPIC, this::event).subscribe().with(done -> {});
    }

    private void enqueue(ActivityFact fact) {
        ActivityFact known = waiting.get(fact.subject());
        if (known == null || fact.outlasts(known)) {
            waiting.put(fact.subject(), fact);
        }
    }

    private synchronized void tick(long nowMillis) {
        publishStreams(nowMillis);
        if (folding || (waiting.isEmpty() && nowMillis - foldedMillis < WINDOWS_MILLIS)) {
            return;
        }
        List<ActivityFact> batch = waiting.removeOldest(config.batch());
        folding = true;
        foldedMillis = nowMillis;
        store.fold(batch).subscribe().with(done -> folded(batch), failure -> failed(batch, failure));
    }

    private synchronized void folded(List<ActivityFact> batch) {
        folding = false;
        meters.facts.increment(batch.size());
    }

    private synchronized void failed(List<ActivityFact> batch, Throwable failure) {
        LOG.debugf("Folding facts failed, retrying: %s", failure.getMessage());
        folding = false;
        for (ActivityFact fact : batch) {
            // A fact about the same subject that arrived meanwhile is newer.
            ActivityFact newer = waiting.get(fact.subject());
            if (newer == null || !newer.outlasts(fact)) {
                enqueue(fact);
            }
        }
    }

    private void publishStreams(long nowMillis) {
        int now = streams.getAsInt();
        long since = nowMillis - publishedMillis;
        boolean due =
                now == publishedStreams ? since >= config.connectionsEvery().toMillis() : since >= WINDOWS_MILLIS;
        if (due) {
            publishedStreams = now;
            publishedMillis = nowMillis;
            bus.tryPublish(
                    ActivityEvent.TOPIC, ActivityEvent.of(List.of(new ActivityFact.Connections(replica, "sse", now))));
        }
    }
}
