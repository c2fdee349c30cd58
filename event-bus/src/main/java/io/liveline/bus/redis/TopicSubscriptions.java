package io.liveline.bus.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.liveline.bus.BusState;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.TopicKeys;
import io.liveline.bus.redis.connection.RedisBusContext;
import io.liveline.bus.redis.connection.RedisNode;
import io.liveline.bus.redis.connection.RedisNodes;
import io.liveline.bus.redis.connection.SubscriberConnection;
import io.vertx.core.Future;
import org.jboss.logging.Logger;

/**
 * Registry of the topics that this process subscribes to, and the state of the bus. A topic is subscribed to at the
 * server that owns its slot, from its first listener until a grace period after its last, and reads missed events from
 * the log. Confined to the bus's event loop.
 */
final class TopicSubscriptions implements SubscriberConnection.Owner {

    /** A topic and the connection that it is subscribed on. */
    private static final class TopicSubscription {

        final TopicFeed feed;
        final String channel;
        final int slot;
        // Null while no server is known to own the topic's slot.
        SubscriberConnection connection;
        long unassignedSinceNanos;

        TopicSubscription(TopicFeed feed, String channel) {
            this.feed = feed;
            this.channel = channel;
            this.slot = SlotMap.slot(channel);
        }
    }

    private static final Logger LOG = Logger.getLogger(TopicSubscriptions.class);

    private final RedisBusContext bus;
    private final TopicKeys keys;
    private final RedisNodes nodes;
    private final Function<Topic, Function<TopicFeed.Position, Future<Page>>> logs;
    private final CatchUpQueue catchUps;
    private final BroadcastDecoder decoder;

    private final Map<String, TopicSubscription> subscriptions = new HashMap<>();
    private final Set<TopicSubscription> unassigned = new LinkedHashSet<>();
    private volatile BusState state = BusState.DEGRADED;
    private volatile int topics;

    TopicSubscriptions(
            RedisBusContext bus,
            TopicKeys keys,
            RedisNodes nodes,
            Function<Topic, Function<TopicFeed.Position, Future<Page>>> logs) {
        this.bus = bus;
        this.keys = keys;
        this.nodes = nodes;
        this.logs = logs;
        this.decoder = new BroadcastDecoder(bus.meters());
        this.catchUps = new CatchUpQueue(
                bus.config().redis().repairsAtOnce(),
                feed -> canReach(feed.topic),
                feed -> subscription(feed.topic) != null && subscription(feed.topic).feed == feed,
                this::changed);
        bus.meters().state(this::state);
        bus.meters().topics(this::topics);
    }

    BusState state() {
        return state;
    }

    int topics() {
        return topics;
    }

    void add(Topic topic, Listener listener) {
        TopicSubscription subscription = subscription(topic);
        if (subscription == null) {
            int page = bus.config().redis().repairPage();
            TopicFeed feed = new TopicFeed(topic, logs.apply(topic), page, bus.meters());
            subscription = new TopicSubscription(feed, keys.channel(topic));
            subscriptions.put(subscription.channel, subscription);
            topics = subscriptions.size();
            assign(subscription);
            if (state == BusState.DEGRADED) {
                catchUps.interrupted(feed);
            }
        }
        subscription.feed.add(listener, state);
    }

    void remove(Topic topic, Listener listener, long nowNanos) {
        TopicSubscription subscription = subscription(topic);
        if (subscription != null) {
            subscription.feed.remove(listener, nowNanos);
        }
    }

    /** Reads the events of a topic that pub/sub has not delivered; if this fails, later. */
    Future<Void> catchUp(Topic topic) {
        TopicFeed feed = subscription(topic).feed;
        return feed.catchUp(false).onFailure(failure -> catchUps.catchUp(feed));
    }

    /**
     * Assigns topics to servers after the slot map was read. Checks all topics only if the map has changed, as there
     * may be very many.
     */
    void assign(boolean hasChanged) {
        List.copyOf(hasChanged ? subscriptions.values() : unassigned).forEach(this::assign);
        changed();
    }

    @Override
    public void subscribed(String channel) {
        // Not earlier: events from here on arrive over pub/sub, and all earlier ones are in the log.
        TopicSubscription subscription = subscriptions.get(channel);
        if (subscription != null) {
            catchUps.catchUp(subscription.feed);
        }
    }

    @Override
    public void message(String channel, byte[] message) {
        TopicSubscription subscription = subscriptions.get(channel);
        if (subscription == null) {
            return;
        }
        if (!receive(subscription.feed, message)) {
            catchUps.catchUp(subscription.feed);
        }
    }

    @Override
    public void interrupted(Collection<String> channels) {
        known(channels).forEach(subscription -> catchUps.interrupted(subscription.feed));
    }

    @Override
    public void moved(Collection<String> channels) {
        known(channels).forEach(this::unassign);
        nodes.markStale();
    }

    /** Returns false if events are missing, which are then to be read from the log. */
    private boolean receive(TopicFeed feed, byte[] message) {
        return decoder.decode(feed.topic, message)
                .map(events -> events.stream().allMatch(feed::receive))
                .orElse(false);
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        long patience = bus.config().redis().degradedAfter().toNanos();
        // A topic that moves is subscribed to again soon; one that is not may be missing events.
        unassigned.stream()
                .filter(subscription -> nowNanos - subscription.unassignedSinceNanos > patience)
                .forEach(subscription -> catchUps.interrupted(subscription.feed));
        changed();
        unsubscribeIdle(nowNanos);
        catchUps.tick();
    }

    /** Recomputes the state of the bus and notifies all listeners if it has changed. */
    @Override
    public void changed() {
        BusState newState = nodes.isLive() && catchUps.isCaughtUp() ? BusState.LIVE : BusState.DEGRADED;
        if (newState != state) {
            state = newState;
            LOG.infof("The event bus is %s", newState == BusState.LIVE ? "live" : "degraded");
            subscriptions
                    .values()
                    .forEach(subscription -> subscription.feed.listeners.deliver(listener -> listener.state(newState)));
        }
    }

    private void assign(TopicSubscription subscription) {
        RedisNode node = nodes.owner(subscription.slot);
        SubscriberConnection connection = node == null ? null : node.subscriber;
        if (connection == null || connection != subscription.connection) {
            unassign(subscription);
        }
        if (connection != null && subscription.connection == null) {
            unassigned.remove(subscription);
            subscription.connection = connection;
            connection.subscribe(subscription.channel);
        }
    }

    private void unassign(TopicSubscription subscription) {
        if (subscription.connection != null) {
            subscription.connection.forget(List.of(subscription.channel));
            subscription.connection = null;
            bus.meters().moved.increment();
        }
        if (unassigned.add(subscription)) {
            subscription.unassignedSinceNanos = System.nanoTime();
        }
    }

    private void unsubscribeIdle(long nowNanos) {
        long grace = bus.config().redis().unsubscribeAfter().toNanos();
        Map<SubscriberConnection, List<String>> idle = new HashMap<>();
        for (Iterator<TopicSubscription> all = subscriptions.values().iterator(); all.hasNext(); ) {
            TopicSubscription subscription = all.next();
            if (subscription.feed.isIdleFor(grace, nowNanos)) {
                all.remove();
                unassigned.remove(subscription);
                catchUps.forget(subscription.feed);
                if (subscription.connection != null) {
                    idle.computeIfAbsent(subscription.connection, connection -> new ArrayList<>())
                            .add(subscription.channel);
                }
            }
        }
        topics = subscriptions.size();
        idle.forEach(SubscriberConnection::unsubscribe);
    }

    private boolean canReach(Topic topic) {
        RedisNode node = nodes.owner(SlotMap.slot(keys.channel(topic)));
        return node != null && node.isUp();
    }

    private TopicSubscription subscription(Topic topic) {
        return subscriptions.get(keys.channel(topic));
    }

    private List<TopicSubscription> known(Collection<String> channels) {
        return channels.stream()
                .map(subscriptions::get)
                .filter(subscription -> subscription != null)
                .toList();
    }
}
