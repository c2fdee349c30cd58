package io.liveline.bus.redis.connection;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.RedisErrorCodes;
import io.vertx.core.Context;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jboss.logging.Logger;

/**
 * One listening connection, and the channels that it is to hear: subscribed to in batches, and anew with each new
 * connection. A pulse that comes back through Redis proves that it hears. It carries nothing but subscriptions.
 * Confined to the bus's event loop.
 */
public final class SubscriberConnection implements ReconnectingConnection.Listener {

    /** Hears what the ear hears. */
    public interface Owner {

        /** From here on what is published there is heard; what came before is in the log. */
        void subscribed(String channel);

        void message(String channel, byte[] message);

        /** What is published there is missed, until they have been subscribed to anew. */
        void interrupted(Collection<String> channels);

        /** This server has them no longer, and they are no longer heard here. */
        void gone(Collection<String> channels);

        /** Whether it hears may have changed. */
        void changed();
    }

    private static final Logger LOG = Logger.getLogger(SubscriberConnection.class);

    private final PubSubMode pubSub;
    private final BusConfig config;
    private final BusMeters meters;
    private final Context loop;
    private final Owner owner;
    private ReconnectingConnection link;

    private final Set<String> toSubscribe = new LinkedHashSet<>();
    // Wanted, and not confirmed on this connection.
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> heard = new LinkedHashSet<>();
    private String pulse;
    private long lastPulseNanos;
    private boolean pulsed;
    // What Redis said to a subscription that it refused on this connection; null if it refused none.
    private String refusal;
    private long refusedNanos;

    SubscriberConnection(PubSubMode pubSub, BusConfig config, BusMeters meters, Context loop, Owner owner) {
        this.pubSub = pubSub;
        this.config = config;
        this.meters = meters;
        this.loop = loop;
        this.owner = owner;
    }

    void over(ReconnectingConnection listeningLink) {
        this.link = listeningLink;
    }

    boolean isLive() {
        return link.isUp() && pulsed && refusal == null;
    }

    String pulse() {
        return pulse;
    }

    void heedPulse(String channel) {
        if (!channel.equals(pulse) && pulse != null) {
            forget(List.of(pulse));
        }
        pulse = channel;
        if (!heard.contains(pulse) && !asked.contains(pulse)) {
            listen(pulse);
        }
    }

    public void listen(String channel) {
        asked.add(channel);
        if (toSubscribe.isEmpty()) {
            // Whatever else asks in this turn of the loop goes with it.
            loop.runOnContext(nothing -> flushSubscribes());
        }
        toSubscribe.add(channel);
    }

    /** Nobody listens to them any more. */
    public void leave(Collection<String> channels) {
        forget(channels);
        if (link.isUp() && !channels.isEmpty()) {
            send(pubSub.unsubscribe(channels));
        }
    }

    /** They have gone elsewhere: Redis has forgotten them, too. */
    public void forget(Collection<String> channels) {
        channels.forEach(channel -> {
            asked.remove(channel);
            heard.remove(channel);
            toSubscribe.remove(channel);
        });
    }

    @Override
    public void up() {
        meters.reconnect();
        pulsed = false;
        refusal = null;
        lastPulseNanos = System.nanoTime();
        asked.addAll(heard);
        heard.clear();
        toSubscribe.clear();
        List.copyOf(asked).forEach(this::listen);
    }

    @Override
    public void down() {
        owner.interrupted(Stream.concat(heard.stream(), asked.stream()).toList());
        owner.changed();
    }

    @Override
    public void push(Response push) {
        if (push.type() == ResponseType.ERROR) {
            refused(push.toString());
            return;
        }
        String kind = push.get(0).toString();
        String channel = push.get(1).toString();
        if (pubSub.isMessage(kind)) {
            if (channel.equals(pulse)) {
                pulsed();
            } else {
                owner.message(channel, push.get(2).toBytes());
            }
        } else if (pubSub.isSubscribed(kind)) {
            subscribed(channel);
        } else if (heard.remove(channel)) {
            // Nobody here asked for that: the slot has gone to another node.
            owner.gone(List.of(channel));
        }
    }

    private void subscribed(String channel) {
        if (asked.remove(channel)) {
            heard.add(channel);
        }
        if (channel.equals(pulse)) {
            pulsed();
        } else {
            owner.subscribed(channel);
        }
    }

    private void pulsed() {
        pulsed = true;
        lastPulseNanos = System.nanoTime();
        owner.changed();
    }

    /** Which channels are not heard is not told, so none that is not confirmed counts as heard. */
    private void refused(String why) {
        if (RedisErrorCodes.isPassing(why) || RedisErrorCodes.isElsewhere(why)) {
            List<String> none = List.copyOf(asked);
            forget(none);
            owner.gone(none);
            return;
        }
        if (refusal == null) {
            LOG.errorf(
                    "Redis refuses to let this process listen (%s); the user in quarkus.redis.hosts needs +%s, +%s and"
                            + " the channels &%s*",
                    why, pubSub.subscribe, pubSub.unsubscribe, config.redis().prefix());
            refusedNanos = System.nanoTime();
        }
        refusal = why;
        owner.changed();
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        long patience = config.redis().degradedAfter().toNanos();
        if (refusal != null && nowNanos - refusedNanos > patience) {
            link.drop("refused: " + refusal);
        }
        if (link.isUp() && nowNanos - lastPulseNanos > patience) {
            link.drop("no pulse");
        }
    }

    private void flushSubscribes() {
        if (link.isUp()) {
            send(pubSub.subscribe(toSubscribe));
        }
        toSubscribe.clear();
    }

    private void send(List<Request> requests) {
        requests.forEach(request -> link.send(request).onFailure(e -> link.drop(e.getMessage())));
    }
}
