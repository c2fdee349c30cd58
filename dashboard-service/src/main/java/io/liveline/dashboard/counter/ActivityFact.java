package io.liveline.dashboard.counter;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.EntryReader;
import io.vertx.core.json.JsonObject;

/** Absolute value that another service published on the topic {@code activity}. */
public sealed interface ActivityFact {

    /** Returns the key under which a newer fact replaces this one. */
    Object subject();

    /** Returns whether this fact replaces the other one about the same subject. */
    boolean outlasts(ActivityFact other);

    /** Returns the arguments for {@code fold.lua}. */
    List<String> args();

    /**
     * Number of messages of a room.
     *
     * @param epoch epoch of the room's log
     * @param messages number of messages posted in that epoch, 0 to 2<sup>53</sup>-1
     * @param atMillis time of publication by the store's clock, milliseconds since 1970
     */
    record Posts(String room, String epoch, long messages, long atMillis) implements ActivityFact {

        /** @throws RuntimeException when a component is out of range */
        public Posts {
            new RoomName(room);
            requireCount(messages);
        }

        @Override
        public Object subject() {
            return List.of("posts", room, epoch);
        }

        @Override
        public boolean outlasts(ActivityFact other) {
            return !(other instanceof Posts posts && posts.messages >= messages);
        }

        @Override
        public List<String> args() {
            return List.of("posts", room, epoch, String.valueOf(messages), String.valueOf(atMillis));
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
        public List<String> args() {
            return List.of(
                    "people",
                    room,
                    at.epoch(),
                    String.valueOf(at.offset()),
                    String.valueOf(online),
                    String.valueOf(typing));
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
        public List<String> args() {
            return List.of("connections", replica, transport, String.valueOf(count));
        }
    }

    /**
     * Reads the facts of an event. Skips entries of an unknown kind or with a number out of range.
     *
     * @throws RuntimeException when the event is not an activity event
     */
    static List<ActivityFact> of(Event event) {
        JsonObject json = new JsonObject(event.data());
        List<ActivityFact> facts = new ArrayList<>();
        facts.addAll(EntryReader.readable(json.getJsonObject("rooms", new JsonObject()), room -> {
            JsonObject fact = (JsonObject) room.getValue();
            Cursor at = Cursor.parse(fact.getString("cursor"));
            return new Posts(room.getKey(), at.epoch(), fact.getLong("messages"), event.timeMillis());
        }));
        facts.addAll(EntryReader.readable(json.getJsonObject("presence", new JsonObject()), room -> {
            JsonObject fact = (JsonObject) room.getValue();
            Cursor at = Cursor.parse(fact.getString("cursor"));
            return new People(room.getKey(), at, fact.getLong("online"), fact.getLong("typing"));
        }));
        facts.addAll(EntryReader.readable(
                json.getJsonObject("connections", new JsonObject()),
                count -> new Connections(
                        json.getString("replica"), count.getKey(), ((Number) count.getValue()).longValue())));
        return facts;
    }

    private static void requireCount(long count) {
        if (count < 0 || count > Cursor.MAX_OFFSET) {
            throw new IllegalArgumentException("not a count: " + count);
        }
    }
}
