package io.liveline.presence.watch;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.store.PresenceCommand;
import io.vertx.core.Context;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Terminator of typing: ends a person's typing when their message is published. Subscribes to the messages of rooms
 * whose roster is in memory or where a person has reported typing to this replica. Confined to one event loop.
 */
public final class TypingTerminator {

    private static final Logger LOG = Logger.getLogger(TypingTerminator.class);

    /** Subscription to the messages of one room. */
    private static final class MessageSubscription {
        final Subscription subscription;
        // Users who reported typing to this replica, and until when it lasts.
        final Map<String, Long> typists = new HashMap<>();
        WatchedRoom held;

        MessageSubscription(Subscription subscription) {
            this.subscription = subscription;
        }
    }

    private final EventBus bus;
    private final PresenceConfig.Typing config;
    private final MonotonicClock clock;
    private final Context loop;
    private final BiConsumer<RoomName, PresenceCommand.Idle> end;
    private final Map<RoomName, MessageSubscription> subscriptions = new HashMap<>();

    /** @param end ends one person's typing */
    public TypingTerminator(
            EventBus bus,
            PresenceConfig.Typing config,
            MonotonicClock clock,
            Context loop,
            BiConsumer<RoomName, PresenceCommand.Idle> end) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.loop = loop;
        this.end = end;
    }

    /** Records that a person has reported typing to this replica. */
    public void typing(RoomName room, String user) {
        MessageSubscription messages = messages(room);
        if (messages != null) {
            messages.typists.put(user, clock.millis() + config.life().toMillis());
        }
    }

    /** Subscribes to a room whose roster is now in memory. */
    void hold(WatchedRoom room) {
        MessageSubscription messages = messages(room.name());
        if (messages != null) {
            messages.held = room;
        }
    }

    /** Records that the roster of a room is no longer in memory. */
    void release(WatchedRoom room) {
        MessageSubscription messages = subscriptions.get(room.name());
        if (messages != null && messages.held == room) {
            messages.held = null;
        }
    }

    /** Closes the subscriptions to rooms where nobody is typing any more. */
    public void tidy() {
        long now = clock.millis();
        subscriptions.values().removeIf(messages -> {
            messages.typists.values().removeIf(until -> until <= now);
            boolean unused = messages.typists.isEmpty() && messages.held == null;
            if (unused) {
                messages.subscription.close();
            }
            return unused;
        });
    }

    /** Closes all subscriptions. */
    public void close() {
        loop.runOnContext(nothing -> subscriptions.values().forEach(messages -> messages.subscription.close()));
    }

    /** Returns the subscription to a room, or null at the limit: typing then ends by expiry only. */
    private MessageSubscription messages(RoomName room) {
        MessageSubscription messages = subscriptions.get(room);
        if (messages == null && subscriptions.size() < config.maxRooms()) {
            try {
                messages = new MessageSubscription(bus.subscribe(room.messages(), listener(room)));
                subscriptions.put(room, messages);
            } catch (BusUnavailableException full) {
                LOG.debugf(
                        "Subscribing to the messages of %s failed, typing ends by expiry: %s", room, full.getMessage());
            }
        }
        return messages;
    }

    private void published(RoomName room, Event event) {
        MessageSubscription messages = subscriptions.get(room);
        if (messages == null || (messages.typists.isEmpty() && messages.held == null)) {
            return;
        }
        String author = author(event.data());
        if (author != null
                && (messages.typists.remove(author) != null
                        || (messages.held != null && messages.held.isTyping(author)))) {
            end.accept(room, new PresenceCommand.Idle(author, event.timeMillis()));
        }
    }

    /** Returns the author of a new message; null for any other event. */
    public static String author(String event) {
        try {
            JsonObject message = new JsonObject(event);
            return "message".equals(message.getString("type")) ? message.getString("author") : null;
        } catch (DecodeException notOurs) {
            LOG.debugf("Not a chat event: %s", notOurs.getMessage());
            return null;
        }
    }

    /** Returns the listener to a room. Messages from before the subscription do not end typing. */
    private Listener listener(RoomName room) {
        return new Listener() {
            @Override
            public void event(Event event) {
                loop.runOnContext(nothing -> published(room, event));
            }

            @Override
            public void gap(Gap gap) {
                // Typing that a lost message would have ended expires.
            }
        };
    }
}
