package io.liveline.dashboard;

import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Takes a sample of what changed each second, for all replicas: it is published under the second as its key, so that
 * of any number of replicas one does it. The topic's log is what brings the history back after a restart.
 */
final class Sampler implements Listener, AutoCloseable {

    static final Topic TOPIC = new Topic("counters.history");

    private static final Logger LOG = Logger.getLogger(Sampler.class);
    private static final int PAGE = 100;
    private static final long RETRY_MILLIS = 1000;
    // Below the least that the bus takes.
    private static final int MAX_CHARS = 16_000;

    private final EventBus bus;
    private final Board board;
    private final History history;
    private final DashboardConfig.History config;
    private final InstantSource clock;
    private final Vertx vertx;
    private final Subscription subscription;
    private final long timer;
    private volatile boolean closed;
    // The last sample of each counter: who changes once is found however many others there were in that second.
    private final Map<String, Long> sampled = new HashMap<>();
    private boolean caughtUp;
    private long sampledSecond;
    // Where the last sample ended, in the order of names: the next goes on behind it.
    private String lastName = "";

    Sampler(
            EventBus bus,
            Board board,
            History history,
            DashboardConfig.History config,
            InstantSource clock,
            Vertx vertx) {
        this.bus = bus;
        this.board = board;
        this.history = history;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
        this.subscription = bus.subscribe(TOPIC, this);
        this.timer = vertx.setPeriodic(1000, id -> sample(clock.millis() / 1000));
    }

    @Override
    public void started(Cursor position) {
        readFrom(null, position);
    }

    @Override
    public synchronized void event(Event event) {
        JsonObject json = new JsonObject(event.data());
        Map<String, Long> values = new HashMap<>();
        json.getJsonObject("values")
                .forEach(entry -> values.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
        if (json.getLong("second") > sampledSecond) {
            sampledSecond = json.getLong("second");
            sampled.putAll(values);
            json.getJsonObject("values").fieldNames().forEach(name -> lastName = name);
        } else {
            values.forEach(sampled::putIfAbsent);
        }
        history.add(new History.Sample(event.timeMillis(), values));
    }

    @Override
    public void gap(Gap gap) {
        LOG.debugf("Samples behind %s are lost", gap.after());
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        vertx.cancelTimer(timer);
    }

    /** Reads what was sampled before this replica began to listen. */
    private void readFrom(Cursor after, Cursor end) {
        if (closed) {
            return;
        }
        bus.read(TOPIC, after, PAGE).subscribe().with(page -> readOn(page, end), failure -> {
            LOG.warnf("History cannot be read now, trying again: %s", failure.getMessage());
            vertx.setTimer(RETRY_MILLIS, id -> readFrom(after, end));
        });
    }

    private void readOn(Page page, Cursor end) {
        page.events().forEach(this::event);
        if (!page.events().isEmpty()) {
            Cursor last = page.events().get(page.events().size() - 1).cursor();
            if (last.sameLife(end) && last.offset() < end.offset()) {
                readFrom(last, end);
                return;
            }
        }
        caughtUp();
    }

    /** From here on what was sampled is known, and only what is other makes a new sample. */
    private synchronized void caughtUp() {
        caughtUp = true;
    }

    private synchronized void sample(long second) {
        if (!caughtUp || board.cursor() == null || sampledSecond >= second) {
            return;
        }
        List<Counter> all = board.snapshot(Names.ALL).counters();
        List<Counter> other = all.stream()
                .filter(counter -> !Long.valueOf(counter.value()).equals(sampled.get(counter.name())))
                .sorted(Comparator.comparing(Counter::name))
                .toList();
        if (sampled.size() > all.size()) {
            // Counters of a former life.
            sampled.keySet().removeIf(name -> board.get(name) == null);
        }
        if (other.isEmpty()) {
            return;
        }
        String data = "{\"second\":" + second + ",\"values\":" + values(other) + "}";
        bus.publish(TOPIC, Draft.first("s" + second, data))
                .subscribe()
                .with(at -> {}, failure -> LOG.debugf("No sample of this second: %s", failure.getMessage()));
    }

    /** When there are more than fit, each sample goes on behind the last, and round: all get their points in turn. */
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
