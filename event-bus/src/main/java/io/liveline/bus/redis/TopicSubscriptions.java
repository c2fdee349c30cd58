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

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.Event;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.TopicKeys;
import io.liveline.bus.redis.connection.RedisNode;
import io.liveline.bus.redis.connection.RedisNodes;
import io.liveline.bus.redis.connection.SubscriberConnection;
import io.vertx.core.Future;
import org.jboss.logging.Logger;

/**
 * All topics that this process listens to: each is heard at the server that has it, from its first listener on until
 * some time after its last, and reads the log where something was missed; and the state of the bus. Confined to the
 * bus's event loop.
 */
final class TopicSubscriptions implements SubscriberConnection.Owner {

    /** A topic, and where it is heard. */
    private static final class Place {

        final TopicFeed feed;
        final String channel;
        final int slot;
        // Null while no server is known that has it.
        SubscriberConnection ear;
        long homelessSinceNanos;

        Place(TopicFeed feed, String channel) {
            this.feed = feed;
            this.channel = channel;
            this.slot = SlotMap.slot(channel);
        }
    }

    private static final Logger LOG = Logger.getLogger(TopicSubscriptions.class);

    private final BusConfig config;
    private final BusMeters meters;
    private final TopicKeys keys;
    private final RedisNodes nodes;
    private final Function<Topic, Function<TopicFeed.Position, Future<Page>>> logs;
    private final CatchUpQueue repairs;

    private final Map<String, Place> places = new HashMap<>();
    private final Set<Place> homeless = new LinkedHashSet<>();
    private volatile BusState state = BusState.DEGRADED;
    private volatile int topics;
    private boolean hearsOthers;

    TopicSubscriptions(
            BusConfig config,
            BusMeters meters,
            TopicKeys keys,
            RedisNodes nodes,
            Function<Topic, Function<TopicFeed.Position, Future<Page>>> logs) {
        this.config = config;
        this.meters = meters;
        this.keys = keys;
        this.nodes = nodes;
        this.logs = logs;
        this.repairs = new CatchUpQueue(
                config.redis().repairsAtOnce(),
                feed -> canReach(feed.topic),
                feed -> place(feed.topic) != null && place(feed.topic).feed == feed,
                this::changed);
        meters.state(this::state);
        meters.topics(this::topics);
    }

    BusState state() {
        return state;
    }

    int topics() {
        return topics;
    }

    void add(Topic topic, Listener listener) {
        Place place = place(topic);
        if (place == null) {
            TopicFeed feed =
                    new TopicFeed(topic, logs.apply(topic), config.redis().repairPage(), meters);
            place = new Place(feed, keys.channel(topic));
            places.put(place.channel, place);
            topics = places.size();
            settle(place);
            if (state == BusState.DEGRADED) {
                repairs.interrupted(feed);
            }
        }
        place.feed.add(listener, state);
    }

    void remove(Topic topic, Listener listener, long nowNanos) {
        Place place = place(topic);
        if (place != null) {
            place.feed.remove(listener, nowNanos);
        }
    }

    /** It was learned who has what. Only if that has changed are all topics looked at: there may be very many. */
    void settle(boolean hasChanged) {
        List.copyOf(hasChanged ? places.values() : homeless).forEach(this::settle);
        changed();
    }

    @Override
    public void subscribed(String channel) {
        // Only now: what is published from here on comes over pub/sub, what came before is in the log.
        Place place = places.get(channel);
        if (place != null) {
            repairs.catchUp(place.feed);
        }
    }

    @Override
    public void message(String channel, byte[] message) {
        Place place = places.get(channel);
        if (place == null) {
            return;
        }
        if (!heard(place.feed, message)) {
            repairs.catchUp(place.feed);
        }
    }

    @Override
    public void interrupted(Collection<String> channels) {
        known(channels).forEach(place -> repairs.interrupted(place.feed));
    }

    @Override
    public void gone(Collection<String> channels) {
        known(channels).forEach(this::evict);
        nodes.stale();
    }

    /** False when something is missing; it is in the log. */
    private boolean heard(TopicFeed feed, byte[] message) {
        List<Event> events;
        try {
            events = BroadcastDecoder.parse(message);
        } catch (RuntimeException e) {
            if (!hearsOthers) {
                hearsOthers = true;
                LOG.warnf(
                        "Another build, or another program, publishes on %s; its log is read instead",
                        feed.topic.name());
            }
            return false;
        }
        return events.stream().allMatch(feed::heard);
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        long patience = config.redis().degradedAfter().toNanos();
        // A topic that moves is heard again soon; one that is not, is missing something.
        homeless.stream()
                .filter(place -> nowNanos - place.homelessSinceNanos > patience)
                .forEach(place -> repairs.interrupted(place.feed));
        changed();
        unsubscribeIdle(nowNanos);
        repairs.tick();
    }

    /** Works out the state anew, and tells everybody when it has changed. */
    @Override
    public void changed() {
        BusState now = nodes.isLive() && repairs.areDone() ? BusState.LIVE : BusState.DEGRADED;
        if (now != state) {
            state = now;
            LOG.infof("The event bus is %s", now == BusState.LIVE ? "live" : "degraded");
            places.values().forEach(place -> place.feed.listeners.tell(listener -> listener.state(now)));
        }
    }

    private void settle(Place place) {
        RedisNode node = nodes.owner(place.slot);
        SubscriberConnection ear = node == null ? null : node.ear;
        if (ear == null || ear != place.ear) {
            evict(place);
        }
        if (ear != null && place.ear == null) {
            homeless.remove(place);
            place.ear = ear;
            ear.listen(place.channel);
        }
    }

    private void evict(Place place) {
        if (place.ear != null) {
            place.ear.forget(List.of(place.channel));
            place.ear = null;
            meters.moved();
        }
        if (homeless.add(place)) {
            place.homelessSinceNanos = System.nanoTime();
        }
    }

    private void unsubscribeIdle(long nowNanos) {
        long grace = config.redis().unsubscribeAfter().toNanos();
        Map<SubscriberConnection, List<String>> left = new HashMap<>();
        for (Iterator<Place> all = places.values().iterator(); all.hasNext(); ) {
            Place place = all.next();
            if (place.feed.isIdleFor(grace, nowNanos)) {
                all.remove();
                homeless.remove(place);
                repairs.forget(place.feed);
                if (place.ear != null) {
                    left.computeIfAbsent(place.ear, ear -> new ArrayList<>()).add(place.channel);
                }
            }
        }
        topics = places.size();
        left.forEach(SubscriberConnection::leave);
    }

    private boolean canReach(Topic topic) {
        RedisNode node = nodes.owner(SlotMap.slot(keys.channel(topic)));
        return node != null && node.isUp();
    }

    private Place place(Topic topic) {
        return places.get(keys.channel(topic));
    }

    private List<Place> known(Collection<String> channels) {
        return channels.stream().map(places::get).filter(place -> place != null).toList();
    }
}
