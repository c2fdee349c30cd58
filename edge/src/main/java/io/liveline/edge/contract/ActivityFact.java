package io.liveline.edge.contract;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.vertx.core.json.JsonObject;

/**
 * Absolute value that a service reports to the dashboard. It replaces all earlier ones about its subject, so a lost,
 * late or repeated fact does no harm.
 */
public sealed interface ActivityFact {

    /** Returns the key under which a newer fact replaces this one. */
    Object subject();

    /** Returns whether this fact replaces the other one about the same subject. */
    boolean outlasts(ActivityFact other);

    /** Adds this fact to the JSON of an {@link ActivityEvent}. */
    void writeTo(JsonObject event);

    /**
     * Number of messages of a room.
     *
     * @param at cursor of the room's log, of which the epoch counts
     * @param messages number of messages posted in that epoch, 0 to 2<sup>53</sup>-1
     * @param atMillis time of publication by the store's clock, milliseconds since 1970; the bus sets it
     */
    record Posts(String room, Cursor at, long messages, long atMillis) implements ActivityFact {

        /** A fact that is not published yet. */
        public Posts(String room, Cursor at, long messages) {
            this(room, at, messages, 0);
        }

        /** @throws RuntimeException when a component is out of range */
        public Posts {
            new RoomName(room);
            requireCount(messages);
        }

        @Override
        public Object subject() {
            return List.of("posts", room, at.epoch());
        }

        @Override
        public boolean outlasts(ActivityFact other) {
            return !(other instanceof Posts posts && posts.messages >= messages);
        }

        @Override
        public void writeTo(JsonObject event) {
            member(event, "rooms")
                    .put(room, new JsonObject().put("cursor", at.toString()).put("messages", messages));
        }
    }

    /**
     * Number of people in a room.
     *
     * @param at cursor of the room's roster
     * @param online number of people
     * @param typing number of them that are typing
     */
    record People(String room, Cursor at, long online, long typing) implements ActivityFact {

        /** @throws RuntimeException when a component is out of range */
        public People {
            new RoomName(room);
            requireCount(online);
            requireCount(typing);
        }

        @Override
        public Object subject() {
            return List.of("people", room);
        }

        @Override
        public boolean outlasts(ActivityFact other) {
            return !(other instanceof People people && people.at.sameLife(at) && people.at.offset() > at.offset());
        }

        @Override
        public void writeTo(JsonObject event) {
            member(event, "presence")
                    .put(
                            room,
                            new JsonObject()
                                    .put("online", online)
                                    .put("typing", typing)
                                    .put("cursor", at.toString()));
        }
    }

    /**
     * Number of connections of one replica of a service.
     *
     * @param transport {@code websocket}, {@code sse} or {@code longpoll}
     */
    record Connections(String replica, String transport, long count) implements ActivityFact {

        private static final List<String> TRANSPORTS = List.of("websocket", "sse", "longpoll");

        /** @throws RuntimeException when a component is out of range */
        public Connections {
            requireCount(count);
            if (!TRANSPORTS.contains(transport) || !replica.matches("[\\w.:@-]{1,100}")) {
                throw new IllegalArgumentException("not a transport of a replica");
            }
        }

        @Override
        public Object subject() {
            return List.of("connections", replica, transport);
        }

        @Override
        public boolean outlasts(ActivityFact other) {
            return true;
        }

        @Override
        public void writeTo(JsonObject event) {
            member(event.put("replica", replica), "connections").put(transport, count);
        }
    }

    private static JsonObject member(JsonObject event, String name) {
        return (JsonObject) event.getMap().computeIfAbsent(name, absent -> new JsonObject());
    }

    private static void requireCount(long count) {
        if (count < 0 || count > Cursor.MAX_OFFSET) {
            throw new IllegalArgumentException("not a count: " + count);
        }
    }
}
