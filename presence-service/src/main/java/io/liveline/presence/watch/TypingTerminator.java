package io.liveline.presence.watch;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
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
import org.jboss.logging.Logger;

/**
 * Ends typing when its author's message lands: listens to the messages of rooms where somebody types whom this replica
 * knows of, because it was told so or because it holds the roster. Confined to one event loop.
 */
public final class TypingTerminator {

    private static final Logger LOG = Logger.getLogger(TypingTerminator.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** Ends one person's typing. */
    @FunctionalInterface
    public interface End {
        void end(RoomName room, PresenceCommand.Idle idle);
    }

    /** An ear to one room's messages. */
    private static final class Ear {
        final Subscription subscription;
        // Who said here that they type, and until when that holds.
        final Map<String, Long> typists = new HashMap<>();
        WatchedRoom held;

        Ear(Subscription subscription) {
            this.subscription = subscription;
        }
    }

    private final EventBus bus;
    private final PresenceConfig.Typing config;
    private final MonotonicClock clock;
    private final Context loop;
    private final End end;
    private final Map<RoomName, Ear> ears = new HashMap<>();

    public TypingTerminator(EventBus bus, PresenceConfig.Typing config, MonotonicClock clock, Context loop, End end) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.loop = loop;
        this.end = end;
    }

    /** This person has said here that they type. */
    public void typing(RoomName room, String user) {
        Ear ear = ear(room);
        if (ear != null) {
            ear.typists.put(user, clock.millis() + config.life().toMillis());
        }
    }

    /** The roster of this room is held here. */
    void hold(WatchedRoom room) {
        Ear ear = ear(room.name());
        if (ear != null) {
            ear.held = room;
        }
    }

    /** The roster of this room is held no longer. */
    void release(WatchedRoom room) {
        Ear ear = ears.get(room.name());
        if (ear != null && ear.held == room) {
            ear.held = null;
        }
    }

    /** Closes the ears to rooms where nobody types any more. */
    public void tidy() {
        long now = clock.millis();
        ears.values().removeIf(ear -> {
            ear.typists.values().removeIf(until -> until <= now);
            boolean unused = ear.typists.isEmpty() && ear.held == null;
            if (unused) {
                ear.subscription.close();
            }
            return unused;
        });
    }

    /** Hears no more. */
    public void close() {
        loop.runOnContext(nothing -> ears.values().forEach(ear -> ear.subscription.close()));
    }

    /** Null when there are as many as there may be: typing then ends by its life alone. */
    private Ear ear(RoomName room) {
        Ear ear = ears.get(room);
        if (ear == null && ears.size() < config.maxRooms()) {
            try {
                ear = new Ear(bus.subscribe(room.messages(), listener(room)));
                ears.put(room, ear);
            } catch (BusUnavailableException full) {
                LOG.debugf("Not listening for the end of typing in %s: %s", room, full.getMessage());
            }
        }
        return ear;
    }

    private void landed(RoomName room, Event event) {
        Ear ear = ears.get(room);
        if (ear == null || (ear.typists.isEmpty() && ear.held == null)) {
            return;
        }
        String author = author(event.data());
        if (author != null && (ear.typists.remove(author) != null || (ear.held != null && ear.held.isTyping(author)))) {
            end.end(room, new PresenceCommand.Idle(author, event.timeMillis()));
        }
    }

    /** Who wrote it, when it is a new message; null for everything else. */
    public static String author(String event) {
        String type = null;
        String author = null;
        try (JsonParser json = JSON.createParser(event)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME && (type == null || author == null)) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("type")) {
                    type = json.getText();
                } else if (field.equals("author")) {
                    author = json.getText();
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException notOurs) {
            LOG.debugf("An event that is not a chat event: %s", notOurs.getMessage());
        }
        return "message".equals(type) ? author : null;
    }

    private Listener listener(RoomName room) {
        return new Listener() {
            @Override
            public void started(Cursor position) {
                // What landed before nobody was typing to.
            }

            @Override
            public void event(Event event) {
                loop.runOnContext(nothing -> landed(room, event));
            }

            @Override
            public void gap(Gap gap) {
                // Typing that a lost message would have ended ends by its life.
            }
        };
    }
}
