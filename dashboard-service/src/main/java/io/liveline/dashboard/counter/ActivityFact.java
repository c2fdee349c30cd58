package io.liveline.dashboard.counter;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.EntryReader;
import io.vertx.core.json.JsonObject;

/** Something that another service told on the topic {@code activity}: an absolute value. */
public sealed interface ActivityFact {

    /** What a newer fact about the same thing replaces it by. */
    Object subject();

    /** Whether this one is to be kept of the two. */
    boolean outlasts(ActivityFact other);

    /** What the script is told. */
    List<String> args();

    /**
     * A room's messages.
     *
     * @param epoch the life of the room's log
     * @param messages how many were posted in that life, 0 to 2<sup>53</sup>-1
     * @param atMillis when it was told, by the store's clock
     */
    record Posts(String room, String epoch, long messages, long atMillis) implements ActivityFact {

        /** @throws RuntimeException when a part is out of its range */
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
     * Who is in a room.
     *
     * @param at the position of the room's roster
     * @param online how many people
     * @param typing how many of them type
     */
    record People(String room, Cursor at, long online, long typing) implements ActivityFact {

        /** @throws RuntimeException when a part is out of its range */
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
     * The connections of a replica of some service.
     *
     * @param transport {@code websocket}, {@code sse} or {@code longpoll}
     */
    record Connections(String replica, String transport, long count) implements ActivityFact {

        private static final List<String> TRANSPORTS = List.of("websocket", "sse", "longpoll");

        /** @throws RuntimeException when a part is out of its range */
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
     * Everything that an event tells, but for entries that are none of these, or whose numbers cannot be.
     *
     * @throws RuntimeException when it is no such event
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
