package io.liveline.dashboard.board;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.bus.follow.LogReplay;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSelection;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Sampler of the counters that changed in each second. The idempotency key of a sample is the position of the sample
 * before it, so that exactly one of any number of replicas publishes it, whatever their clocks show. The log of the
 * topic restores the history after a restart.
 */
public final class HistorySampler implements Listener, AutoCloseable {

    public static final Topic TOPIC = new Topic("counters.history");

    private static final Logger LOG = Logger.getLogger(HistorySampler.class);
    private static final long EVERY_MILLIS = 1000;
    private static final long CHECK_MILLIS = 100;
    // Below the smallest limit of an event that the bus can be configured with.
    private static final int MAX_CHARS = 16_000;

    private final EventBus bus;
    private final CounterBoard board;
    private final CounterHistory history;
    private final DashboardConfig.History config;
    private final MonotonicClock clock;
    private final Vertx vertx;
    private Subscription subscription;
    private long timer;
    private Cancellable replay = () -> {};
    // Last sampled value of each counter: a counter that changed once is found, however many others changed in that
    // second.
    private final Map<String, Long> sampled = new HashMap<>();
    // The same for samples from before this replica subscribed, until all of them have been read.
    private final Map<String, Long> earlier = new HashMap<>();
    private boolean caughtUp;
    // Cursor of the newest sample, part of the key of the next one.
    private Cursor last;
    private long dueMillis = Long.MIN_VALUE;
    // Last name in the newest sample, in the order of names: the next sample continues after it.
    private String lastName = "";

    public HistorySampler(
            EventBus bus,
            CounterBoard board,
            CounterHistory history,
            DashboardConfig.History config,
            MonotonicClock clock,
            Vertx vertx) {
        this.bus = bus;
        this.board = board;
        this.history = history;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
    }

    /** Starts to sample, after the earlier samples have been read. */
    public void start() {
        subscription = bus.subscribe(TOPIC, this);
        timer = vertx.setPeriodic(CHECK_MILLIS, id -> sample(clock.millis()));
    }

    @Override
    public synchronized void started(Cursor position) {
        last = position;
        replay = LogReplay.of(bus, TOPIC, this::addEarlier).subscribe().with(done -> caughtUp());
    }

    @Override
    public synchronized void event(Event event) {
        Map<String, Long> values = values(event);
        last = event.cursor();
        dueMillis = clock.millis() + EVERY_MILLIS;
        sampled.putAll(values);
        values.keySet().forEach(name -> lastName = name);
        history.addNew(event.timeMillis(), values);
    }

    @Override
    public synchronized void gap(Gap gap) {
        LOG.debugf("Samples after %s are lost", gap.after());
        last = gap.resume();
    }

    @Override
    public synchronized void close() {
        subscription.close();
        vertx.cancelTimer(timer);
        replay.cancel();
    }

    /** Adds a sample of the log. One that the subscription delivers, too, has the same effect once more. */
    private synchronized void addEarlier(Event event) {
        Map<String, Long> values = values(event);
        earlier.putAll(values);
        history.add(event.timeMillis(), values);
    }

    private static Map<String, Long> values(Event event) {
        Map<String, Long> values = new LinkedHashMap<>();
        new JsonObject(event.data())
                .getJsonObject("values")
                .forEach(entry -> values.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
        return values;
    }

    /** Starts sampling: all earlier samples are known, so only changed values make a new sample. */
    private synchronized void caughtUp() {
        earlier.forEach(sampled::putIfAbsent);
        earlier.clear();
        caughtUp = true;
    }

    private synchronized void sample(long nowMillis) {
        if (!caughtUp || board.cursor() == null || nowMillis < dueMillis) {
            return;
        }
        dueMillis = nowMillis + EVERY_MILLIS;
        List<Counter> all = board.snapshot(CounterSelection.ALL).counters();
        List<Counter> changed = all.stream()
                .filter(counter -> !Long.valueOf(counter.value()).equals(sampled.get(counter.name())))
                .sorted(Comparator.comparing(Counter::name))
                .toList();
        if (sampled.size() > all.size()) {
            // Counters of a former epoch.
            sampled.keySet().removeIf(name -> board.get(name) == null);
        }
        if (changed.isEmpty()) {
            return;
        }
        bus.tryPublish(TOPIC, Draft.first("after " + last, "{\"values\":" + values(changed) + "}"));
    }

    /**
     * Encodes the next values in the order of names. If not all fit, the next sample continues after them and wraps
     * around, so that every counter is sampled in turn.
     */
    private String values(List<Counter> counters) {
        StringJoiner values = new StringJoiner(",", "{", "}");
        int most = Math.min(counters.size(), config.countersASecond());
        int from = (int) counters.stream()
                .takeWhile(counter -> counter.name().compareTo(lastName) <= 0)
                .count();
        for (int i = 0; i < most && values.length() < MAX_CHARS; i++) {
            Counter counter = counters.get((from + i) % counters.size());
            values.add('"' + counter.name() + "\":" + counter.value());
        }
        return values.toString();
    }
}
