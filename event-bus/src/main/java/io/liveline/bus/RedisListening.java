package io.liveline.bus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jboss.logging.Logger;

/**
 * All topics that this process listens to, over the one listening connection: SUBSCRIBE when a topic gains its first
 * listener, UNSUBSCRIBE some time after its last, both batched; catching up where something was missed; and the state
 * of the bus, proven by a pulse that comes back through Redis. Confined to the bus's event loop.
 */
final class RedisListening implements RedisLink.Listener {

    private static final Logger LOG = Logger.getLogger(RedisListening.class);
    private static final int CHANNELS_A_COMMAND = 500;

    private final BusConfig config;
    private final BusMeters meters;
    private final Context loop;
    private final RedisKeys keys;
    private final String pulse;
    private final Function<Topic, Function<RedisFeed.Position, Future<Page>>> logs;
    private final BooleanSupplier canRead;

    private final Map<String, RedisFeed> feeds = new HashMap<>();
    private final Set<String> toSubscribe = new LinkedHashSet<>();
    private final Deque<RedisFeed> toCatchUp = new ArrayDeque<>();
    // Those that could not: tried again at the next tick, because a refusal may come at once, again and again.
    private final Deque<RedisFeed> failed = new ArrayDeque<>();
    // Those that have not caught up since the last reconnect: while there are any, the bus is not live.
    private final Set<RedisFeed> recovering = new HashSet<>();
    private RedisLink link;
    private int catchingUp;
    private long lastPulseNanos;
    private boolean pulsed;
    // What Redis said to a subscription that it refused on this connection; null if it refused none.
    private String refusal;
    private long refusedNanos;
    private volatile BusState state = BusState.DEGRADED;
    private volatile int topics;

    RedisListening(
            BusConfig config,
            BusMeters meters,
            Context loop,
            RedisKeys keys,
            Function<Topic, Function<RedisFeed.Position, Future<Page>>> logs,
            BooleanSupplier canRead) {
        this.config = config;
        this.meters = meters;
        this.loop = loop;
        this.keys = keys;
        this.pulse = keys.pulse(Epochs.next());
        this.logs = logs;
        this.canRead = canRead;
        meters.state(this::state);
        meters.topics(this::topics);
    }

    void over(RedisLink listeningLink) {
        this.link = listeningLink;
    }

    BusState state() {
        return state;
    }

    int topics() {
        return topics;
    }

    String pulseChannel() {
        return pulse;
    }

    void add(Topic topic, Listener listener) {
        String channel = keys.channel(topic);
        RedisFeed feed = feeds.get(channel);
        if (feed == null) {
            feed = new RedisFeed(topic, logs.apply(topic), config.redis().repairPage(), meters);
            feeds.put(channel, feed);
            topics = feeds.size();
            subscribe(channel);
        }
        feed.add(listener, state);
    }

    void remove(Topic topic, Listener listener, long nowNanos) {
        RedisFeed feed = feeds.get(keys.channel(topic));
        if (feed != null) {
            feed.remove(listener, nowNanos);
        }
    }

    @Override
    public void up() {
        meters.reconnect();
        pulsed = false;
        refusal = null;
        lastPulseNanos = System.nanoTime();
        recovering.addAll(feeds.values());
        toSubscribe.clear();
        subscribe(pulse);
        feeds.keySet().forEach(this::subscribe);
    }

    @Override
    public void down() {
        evaluate();
    }

    @Override
    public void push(Response push) {
        if (push.type() == ResponseType.ERROR) {
            refused(push.toString());
            return;
        }
        String kind = push.get(0).toString();
        String channel = push.get(1).toString();
        if (channel.equals(pulse)) {
            pulsed = true;
            lastPulseNanos = System.nanoTime();
            evaluate();
            return;
        }
        RedisFeed feed = feeds.get(channel);
        if (feed == null) {
            return;
        }
        if (kind.equals("message")) {
            if (!feed.heard(parse(push.get(2).toString()))) {
                catchUp(feed);
            }
        } else if (kind.equals("subscribe")) {
            // Only now: what is published from here on comes over pub/sub, what came before is in the log.
            catchUp(feed);
        }
    }

    /** Which topics are not heard is not told, so all count as not heard until a new connection is let in. */
    private void refused(String why) {
        if (refusal == null) {
            LOG.errorf(
                    "Redis refuses to let this process listen (%s); the user in quarkus.redis.hosts needs +subscribe,"
                            + " +unsubscribe and the channels &%s*",
                    why, config.redis().prefix());
            refusedNanos = System.nanoTime();
        }
        refusal = why;
        evaluate();
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        if (refusal != null
                && nowNanos - refusedNanos > config.redis().degradedAfter().toNanos()) {
            link.drop("refused: " + refusal);
        }
        if (link.isUp()
                && nowNanos - lastPulseNanos > config.redis().degradedAfter().toNanos()) {
            link.drop("no pulse");
        }
        evaluate();
        unsubscribeIdle(nowNanos);
        if (link.isUp()) {
            // Not subscribed to anywhere. On a cluster it goes to every node, also to those that carry no subscription:
            // a connection on which nothing is read for long is taken for dead.
            send(Command.UNSUBSCRIBE, List.of(keys.pulse("none")));
        }
        toCatchUp.addAll(failed);
        failed.clear();
        catchUpSome();
    }

    /** Works out the state anew, and tells everybody when it has changed. */
    void evaluate() {
        boolean live = link.isUp() && pulsed && refusal == null && canRead.getAsBoolean() && recovering.isEmpty();
        BusState now = live ? BusState.LIVE : BusState.DEGRADED;
        if (now != state) {
            state = now;
            LOG.infof("The event bus is %s", now == BusState.LIVE ? "live" : "degraded");
            feeds.values().forEach(feed -> feed.listeners.tell(listener -> listener.state(now)));
        }
    }

    private void subscribe(String channel) {
        if (toSubscribe.isEmpty()) {
            // Whatever else asks in this turn of the loop goes with it.
            loop.runOnContext(nothing -> flushSubscribes());
        }
        toSubscribe.add(channel);
    }

    private void flushSubscribes() {
        if (link.isUp()) {
            send(Command.SUBSCRIBE, toSubscribe);
        }
        toSubscribe.clear();
    }

    private void unsubscribeIdle(long nowNanos) {
        long grace = config.redis().unsubscribeAfter().toNanos();
        List<String> left = new ArrayList<>();
        for (Iterator<Map.Entry<String, RedisFeed>> all = feeds.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, RedisFeed> entry = all.next();
            if (entry.getValue().isIdleFor(grace, nowNanos)) {
                all.remove();
                recovering.remove(entry.getValue());
                left.add(entry.getKey());
            }
        }
        topics = feeds.size();
        if (link.isUp() && !left.isEmpty()) {
            send(Command.UNSUBSCRIBE, left);
        }
    }

    private void send(Command command, Collection<String> channels) {
        List<String> all = List.copyOf(channels);
        for (int from = 0; from < all.size(); from += CHANNELS_A_COMMAND) {
            Request request = Request.cmd(command);
            all.subList(from, Math.min(all.size(), from + CHANNELS_A_COMMAND)).forEach(request::arg);
            link.send(request).onFailure(e -> link.drop(e.getMessage()));
        }
    }

    private void catchUp(RedisFeed feed) {
        toCatchUp.add(feed);
        catchUpSome();
    }

    /** A bounded number at once: after a reconnect there may be very many. */
    private void catchUpSome() {
        while (catchingUp < config.redis().repairsAtOnce() && !toCatchUp.isEmpty() && canRead.getAsBoolean()) {
            RedisFeed feed = toCatchUp.poll();
            catchingUp++;
            feed.catchUp().onComplete(done -> {
                catchingUp--;
                if (done.succeeded()) {
                    recovering.remove(feed);
                    evaluate();
                } else if (feeds.get(keys.channel(feed.topic)) == feed) {
                    failed.add(feed);
                }
                catchUpSome();
            });
        }
    }

    /** What append.lua tells: cursor, time and data with one space between. */
    private static Event parse(String message) {
        int first = message.indexOf(' ');
        int second = message.indexOf(' ', first + 1);
        return new Event(
                Cursor.parse(message.substring(0, first)),
                Long.parseLong(message.substring(first + 1, second)),
                message.substring(second + 1));
    }
}
