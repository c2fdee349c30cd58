package io.liveline.bus.local;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Retention;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.Epochs;
import io.liveline.bus.internal.EventLoopDispatcher;
import io.liveline.bus.internal.ListenerGroup;
import io.liveline.bus.internal.SizeCheck;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.bus.table.TopicTable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * In-memory event bus for a deployment of a single process. All work runs on one event loop, which provides order and
 * atomicity without locks.
 */
public final class LocalBus implements EventBus {

    /** Access to the topics for a step of {@link #run}. */
    public final class Appender {

        private Appender() {}

        /** Appends an event to the log and delivers it to all listeners. */
        public Event append(Topic topic, String data) {
            return LocalBus.this.append(topic, log(topic), Draft.of(data));
        }

        /** Returns the newest position of the log. */
        public Cursor end(Topic topic) {
            return existing(topic).end();
        }

        /** Returns the event at this position, or null if the log has none. */
        public Event at(Topic topic, Cursor position) {
            return existing(topic).at(position);
        }

        /** Replaces the data of the event at this position for good. Listeners are not notified. */
        public void replace(Topic topic, Cursor position, String data) {
            existing(topic).replace(position, data);
        }
    }

    private final Appender appender = new Appender();
    private final BusConfig config;
    private final Retention retention;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final BusMeters meters;
    private final Context loop;
    private final EventLoopDispatcher dispatcher;
    private final Map<Topic, InMemoryTopicLog> logs = new HashMap<>();
    private final Map<Topic, ListenerGroup> listeners = new HashMap<>();
    private final TopicTable table;
    // All logs that begin before expired topics are next removed share an epoch: within it an offset names one event.
    private String epoch = Epochs.next();
    private volatile int topics;

    /** Creates a bus with its own event loop. */
    public LocalBus(Vertx vertx, BusConfig config, Retention retention, BusMeters meters) {
        this(vertx, config, retention, InstantSource.system(), MonotonicClock.system(), meters);
    }

    /** Creates a bus with the same retention for all topics. */
    public LocalBus(Vertx vertx, BusConfig config, BusMeters meters) {
        this(vertx, config, Retention.same(config), meters);
    }

    /**
     * Creates a bus with the given clocks.
     *
     * @param clock clock for the time of an event
     * @param monotonic clock for the age of an event
     */
    public LocalBus(Vertx vertx, BusConfig config, InstantSource clock, MonotonicClock monotonic, BusMeters meters) {
        this(vertx, config, Retention.same(config), clock, monotonic, meters);
    }

    private LocalBus(
            Vertx vertx,
            BusConfig config,
            Retention retention,
            InstantSource clock,
            MonotonicClock monotonic,
            BusMeters meters) {
        this.config = config;
        this.retention = retention;
        this.clock = clock;
        this.monotonic = monotonic;
        this.meters = meters;
        this.loop = vertx.getOrCreateContext();
        this.dispatcher = new EventLoopDispatcher(loop);
        this.table = new LocalTopicTable(this, config, monotonic, meters);
        meters.state(this::state);
        meters.topics(() -> topics);
    }

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        return call(() -> {
            SizeCheck.check("An event", draft.data(), config.maxEventBytes());
            InMemoryTopicLog log = log(topic);
            Cursor known = log.known(draft, monotonic.millis());
            return known != null ? known : append(topic, log, draft).cursor();
        });
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return call(() -> existing(topic).read(after, limit, monotonic.millis()));
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return call(() -> existing(topic).readBack(before, limit, monotonic.millis()));
    }

    /**
     * Runs a step on the bus's event loop, so that no topic changes during the step. It corresponds to a Lua script of
     * the Redis bus: state and event change together.
     */
    public <T> Uni<T> run(Function<Appender, T> step) {
        return call(() -> step.apply(appender));
    }

    @Override
    public Subscription subscribe(Topic topic, Listener listener) {
        if (topics >= config.maxTopics()) {
            throw BusUnavailableException.tooManyTopics(config);
        }
        loop.runOnContext(nothing -> {
            listeners.computeIfAbsent(topic, t -> new ListenerGroup()).add(listener);
            topics = listeners.size();
            ListenerGroup.deliver(listener, l -> l.state(BusState.LIVE));
            ListenerGroup.deliver(listener, l -> l.started(existing(topic).end()));
        });
        return new Subscription() {
            @Override
            public Uni<Void> catchUp() {
                return call(() -> null);
            }

            @Override
            public void close() {
                loop.runOnContext(nothing -> unsubscribe(topic, listener));
            }
        };
    }

    /** Returns the bounds of a topic. */
    public Retention.Bounds retention(Topic topic) {
        return retention.of(topic);
    }

    /** Returns the tables on the topics. */
    public TopicTable table() {
        return table;
    }

    @Override
    public BusState state() {
        return BusState.LIVE;
    }

    @Override
    public String description() {
        return "in memory, lost when this process ends";
    }

    private void unsubscribe(Topic topic, Listener listener) {
        ListenerGroup all = listeners.get(topic);
        if (all != null) {
            all.remove(listener);
            if (all.isEmpty()) {
                listeners.remove(topic);
                topics = listeners.size();
            }
        }
    }

    private Event append(Topic topic, InMemoryTopicLog log, Draft draft) {
        Event event = log.append(draft, monotonic.millis(), clock.millis());
        meters.published.increment();
        ListenerGroup all = listeners.get(topic);
        if (all != null) {
            meters.delivered.increment();
            all.deliver(listener -> listener.event(event));
        }
        return event;
    }

    /** Returns the log to append to, and creates it if it does not exist. */
    private InMemoryTopicLog log(Topic topic) {
        InMemoryTopicLog log = logs.get(topic);
        if (log == null) {
            if (logs.size() >= config.maxTopics()) {
                removeExpiredTopics();
            }
            log = new InMemoryTopicLog(epoch, config, retention.of(topic));
            logs.put(topic, log);
        }
        return log;
    }

    /** Returns the log to read. A read of an unknown topic does not create a log. */
    private InMemoryTopicLog existing(Topic topic) {
        InMemoryTopicLog log = logs.get(topic);
        return log != null ? log : new InMemoryTopicLog(epoch, config, retention.of(topic));
    }

    private void removeExpiredTopics() {
        long now = monotonic.millis();
        if (logs.entrySet()
                .removeIf(
                        e -> !listeners.containsKey(e.getKey()) && e.getValue().isExpired(now))) {
            epoch = Epochs.next();
        } else {
            throw BusUnavailableException.tooManyTopics(config);
        }
    }

    private <T> Uni<T> call(Supplier<T> step) {
        return dispatcher.call(() -> Future.succeededFuture(step.get()));
    }
}
