package io.liveline.bus.redis.connection;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.RedisErrorCodes;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jboss.logging.Logger;

/**
 * Connection that carries the subscriptions at one server, and nothing else. It subscribes to channels in batches, and
 * again after each reconnect. A pulse that returns through Redis proves that it receives messages. Confined to the
 * bus's event loop.
 */
public final class SubscriberConnection implements ReconnectingConnection.Listener {

    /** Receiver of messages and of changes to the subscriptions. */
    public interface Owner {

        /** Reports that messages of the channel are received from now on; earlier events are in the log. */
        void subscribed(String channel);

        void message(String channel, byte[] message);

        /** Reports that messages of the channels are lost until they are subscribed to again. */
        void interrupted(Collection<String> channels);

        /** Reports that this server no longer owns the channels; their subscriptions here have ended. */
        void moved(Collection<String> channels);

        /** Reports that {@link #isLive} may have changed. */
        void changed();
    }

    private static final Logger LOG = Logger.getLogger(SubscriberConnection.class);

    private final PubSubMode pubSub;
    private final RedisBusContext bus;
    private final Owner owner;
    private ReconnectingConnection connection;

    private final Set<String> toSubscribe = new LinkedHashSet<>();
    // Wanted, but not confirmed on this connection.
    private final Set<String> unconfirmed = new LinkedHashSet<>();
    private final Set<String> confirmed = new LinkedHashSet<>();
    private String pulse;
    private long lastPulseNanos;
    private boolean pulseSeen;
    // Error of a subscription that Redis rejected on this connection; null if there is none.
    private String rejection;
    private long rejectedNanos;

    SubscriberConnection(PubSubMode pubSub, RedisBusContext bus, Owner owner) {
        this.pubSub = pubSub;
        this.bus = bus;
        this.owner = owner;
    }

    void setConnection(ReconnectingConnection subscriberConnection) {
        this.connection = subscriberConnection;
    }

    boolean isLive() {
        return connection.isUp() && pulseSeen && rejection == null;
    }

    String pulse() {
        return pulse;
    }

    void usePulse(String channel) {
        if (!channel.equals(pulse) && pulse != null) {
            forget(List.of(pulse));
        }
        pulse = channel;
        if (!confirmed.contains(pulse) && !unconfirmed.contains(pulse)) {
            subscribe(pulse);
        }
    }

    public void subscribe(String channel) {
        unconfirmed.add(channel);
        if (toSubscribe.isEmpty()) {
            // Later subscriptions in this turn of the event loop join the same batch.
            bus.run(this::flushSubscribes);
        }
        toSubscribe.add(channel);
    }

    /** Unsubscribes from channels without listeners. */
    public void unsubscribe(Collection<String> channels) {
        forget(channels);
        if (connection.isUp() && !channels.isEmpty()) {
            send(pubSub.unsubscribe(channels));
        }
    }

    /** Removes channels that Redis itself has unsubscribed, because they moved to another server. */
    public void forget(Collection<String> channels) {
        channels.forEach(channel -> {
            unconfirmed.remove(channel);
            confirmed.remove(channel);
            toSubscribe.remove(channel);
        });
    }

    @Override
    public void up() {
        bus.meters().reconnects.increment();
        pulseSeen = false;
        rejection = null;
        lastPulseNanos = System.nanoTime();
        unconfirmed.addAll(confirmed);
        confirmed.clear();
        toSubscribe.clear();
        List.copyOf(unconfirmed).forEach(this::subscribe);
    }

    @Override
    public void down() {
        owner.interrupted(
                Stream.concat(confirmed.stream(), unconfirmed.stream()).toList());
        owner.changed();
    }

    @Override
    public void push(Response push) {
        if (push.type() == ResponseType.ERROR) {
            rejected(push.toString());
            return;
        }
        String kind = push.get(0).toString();
        String channel = push.get(1).toString();
        if (pubSub.isMessage(kind)) {
            if (channel.equals(pulse)) {
                pulseReceived();
            } else {
                owner.message(channel, push.get(2).toBytes());
            }
        } else if (pubSub.isSubscribed(kind)) {
            subscribed(channel);
        } else if (confirmed.remove(channel)) {
            // An unsubscription that was not requested here: the slot has moved to another node.
            owner.moved(List.of(channel));
        }
    }

    private void subscribed(String channel) {
        if (unconfirmed.remove(channel)) {
            confirmed.add(channel);
        }
        if (channel.equals(pulse)) {
            pulseReceived();
        } else {
            owner.subscribed(channel);
        }
    }

    private void pulseReceived() {
        pulseSeen = true;
        lastPulseNanos = System.nanoTime();
        owner.changed();
    }

    /** Redis does not say which subscription it rejected, so all unconfirmed ones count as failed. */
    private void rejected(String error) {
        if (RedisErrorCodes.isTransient(error) || RedisErrorCodes.isRedirect(error)) {
            List<String> failed = List.copyOf(unconfirmed);
            forget(failed);
            owner.moved(failed);
            return;
        }
        if (rejection == null) {
            LOG.errorf(
                    "Redis rejects subscriptions (%s); the user in quarkus.redis.hosts needs +%s, +%s and the channels"
                            + " &%s*",
                    error,
                    pubSub.subscribe,
                    pubSub.unsubscribe,
                    bus.config().redis().prefix());
            rejectedNanos = System.nanoTime();
        }
        rejection = error;
        owner.changed();
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        long timeout = bus.config().redis().degradedAfter().toNanos();
        if (rejection != null && nowNanos - rejectedNanos > timeout) {
            connection.drop("rejected: " + rejection);
        }
        if (connection.isUp() && nowNanos - lastPulseNanos > timeout) {
            connection.drop("no pulse");
        }
    }

    private void flushSubscribes() {
        if (connection.isUp()) {
            send(pubSub.subscribe(toSubscribe));
        }
        toSubscribe.clear();
    }

    private void send(List<Request> requests) {
        requests.forEach(request -> connection.send(request).onFailure(e -> connection.drop(e.getMessage())));
    }
}
