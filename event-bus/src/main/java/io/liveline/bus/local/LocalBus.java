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
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.DraftChecks;
import io.liveline.bus.internal.Epochs;
import io.liveline.bus.internal.EventLoopDispatcher;
import io.liveline.bus.internal.ListenerGroup;
import io.liveline.bus.support.MonotonicClock;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The bus of a process that is alone: the same contract in memory. Everything happens on one event loop, which gives
 * order and atomicity without a lock.
 */
public final class LocalBus implements EventBus {

    /** What a step of {@link #run} may do to topics. */
    public interface Appender {

        /** Appends to the log and tells all listeners. */
        Event append(Topic topic, String data);

        /** Gives the event at this position, or null where the log has none. */
        Event at(Topic topic, Cursor position);

        /** Gives the event at this position other data; what it had is gone. No listener is told. */
        void replace(Topic topic, Cursor position, String data);
    }

    private final Appender appender = new Appender() {
        @Override
        public Event append(Topic topic, String data) {
            return LocalBus.this.append(topic, log(topic), Draft.of(data));
        }

        @Override
        public Event at(Topic topic, Cursor position) {
            return existing(topic).at(position);
        }

        @Override
        public void replace(Topic topic, Cursor position, String data) {
            existing(topic).replace(position, data);
        }
    };

    private final BusConfig config;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final BusMeters meters;
    private final Context loop;
    private final EventLoopDispatcher busLoop;
    private final Map<Topic, InMemoryTopicLog> logs = new HashMap<>();
    private final Map<Topic, ListenerGroup> listening = new HashMap<>();
    // All logs that begin between two forgettings share an epoch: within it an offset names one event.
    private String epoch = Epochs.next();
    private volatile int topics;

    /** A bus on an event loop of its own. */
    public LocalBus(Vertx vertx, BusConfig config, BusMeters meters) {
        this(vertx, config, InstantSource.system(), MonotonicClock.system(), meters);
    }

    /**
     * A bus on clocks of one's own.
     *
     * @param clock gives events their time
     * @param monotonic says how old they are
     */
    public LocalBus(Vertx vertx, BusConfig config, InstantSource clock, MonotonicClock monotonic, BusMeters meters) {
        this.config = config;
        this.clock = clock;
        this.monotonic = monotonic;
        this.meters = meters;
        this.loop = vertx.getOrCreateContext();
        this.busLoop = new EventLoopDispatcher(loop);
        meters.state(this::state);
        meters.topics(() -> topics);
    }

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        return ask(() -> {
            DraftChecks.check(draft, config);
            InMemoryTopicLog log = log(topic);
            Cursor known = log.known(draft, monotonic.millis());
            return known != null ? known : append(topic, log, draft).cursor();
        });
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return ask(() -> existing(topic).read(after, limit, monotonic.millis()));
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return ask(() -> existing(topic).readBack(before, limit, monotonic.millis()));
    }

    /**
     * Runs a step on the bus's event loop: nothing else happens to any topic meanwhile. What a Lua script is to the
     * Redis bus, this is here: state and event change together.
     */
    public <T> Uni<T> run(Function<Appender, T> step) {
        return ask(() -> step.apply(appender));
    }

    @Override
    public Subscription subscribe(Topic topic, Listener listener) {
        if (topics >= config.maxTopics()) {
            throw BusUnavailableException.tooManyTopics(config);
        }
        loop.runOnContext(nothing -> {
            listening.computeIfAbsent(topic, t -> new ListenerGroup()).add(listener);
            topics = listening.size();
            ListenerGroup.tell(listener, l -> l.state(BusState.LIVE));
            ListenerGroup.tell(listener, l -> l.started(existing(topic).end()));
        });
        return new Subscription() {
            @Override
            public Topic topic() {
                return topic;
            }

            @Override
            public void close() {
                loop.runOnContext(nothing -> leave(topic, listener));
            }
        };
    }

    @Override
    public BusState state() {
        return BusState.LIVE;
    }

    @Override
    public String description() {
        return "in memory, lost when this process ends";
    }

    private void leave(Topic topic, Listener listener) {
        ListenerGroup all = listening.get(topic);
        if (all != null) {
            all.remove(listener);
            if (all.isEmpty()) {
                listening.remove(topic);
                topics = listening.size();
            }
        }
    }

    private Event append(Topic topic, InMemoryTopicLog log, Draft draft) {
        Event event = log.append(draft, monotonic.millis(), clock.millis());
        meters.published();
        ListenerGroup all = listening.get(topic);
        if (all != null) {
            meters.delivered();
            all.tell(listener -> listener.event(event));
        }
        return event;
    }

    /** The log to append to. */
    private InMemoryTopicLog log(Topic topic) {
        InMemoryTopicLog log = logs.get(topic);
        if (log == null) {
            if (logs.size() >= config.maxTopics()) {
                forgetOldTopics();
            }
            log = new InMemoryTopicLog(epoch, config);
            logs.put(topic, log);
        }
        return log;
    }

    /** The log to read: an empty one is not kept for asking about it. */
    private InMemoryTopicLog existing(Topic topic) {
        InMemoryTopicLog log = logs.get(topic);
        return log != null ? log : new InMemoryTopicLog(epoch, config);
    }

    private void forgetOldTopics() {
        long now = monotonic.millis();
        if (logs.entrySet()
                .removeIf(
                        e -> !listening.containsKey(e.getKey()) && e.getValue().isForgotten(now))) {
            epoch = Epochs.next();
        } else {
            throw BusUnavailableException.tooManyTopics(config);
        }
    }

    private <T> Uni<T> ask(Supplier<T> step) {
        return busLoop.ask(() -> Future.succeededFuture(step.get()));
    }
}
