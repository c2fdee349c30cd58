package io.liveline.edge.contract;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Event;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Event in which a replica of chat announces all its members of some rooms.
 *
 * @param leaseMillis time for which the announcement is valid
 */
public record MembershipEvent(String replica, long leaseMillis, Map<RoomName, List<Person>> rooms) {

    public static final Topic TOPIC = new Topic("connected");

    /** Upper bound of the bytes of a room in an event besides its people: its quoted name. */
    private static final int ROOM_BYTES = 4 * RoomName.MAX_LENGTH;

    /**
     * Decodes an event, without the entries that cannot be decoded.
     *
     * @throws IllegalArgumentException if the event is no announcement, or of a later version
     */
    public static MembershipEvent parse(Event event) {
        return VersionedJson.parse(event, json -> {
            Map<RoomName, List<Person>> rooms = new LinkedHashMap<>();
            EntryReader.readable(
                            json.getJsonObject("rooms"),
                            room -> Map.entry(new RoomName(room.getKey()), people((JsonArray) room.getValue())))
                    .forEach(room -> rooms.put(room.getKey(), room.getValue()));
            return new MembershipEvent(json.getString("replica"), json.getLong("lease_ms"), rooms);
        });
    }

    /**
     * Encodes the announcement as the data of events.
     *
     * @param maxBytes maximum size of an event; if the people of a room do not fit into one, the list is cut
     */
    public List<String> events(int maxBytes) {
        List<String> events = new ArrayList<>();
        JsonObject some = new JsonObject();
        int bytes = 0;
        for (Map.Entry<RoomName, List<Person>> room : rooms.entrySet()) {
            JsonArray people = new JsonArray();
            int size = ROOM_BYTES + fill(people, room.getValue(), maxBytes - 2 * ROOM_BYTES);
            if (bytes + size > maxBytes - ROOM_BYTES && !some.isEmpty()) {
                events.add(event(some));
                some = new JsonObject();
                bytes = 0;
            }
            some.put(room.getKey().text(), people);
            bytes += size;
        }
        if (!some.isEmpty()) {
            events.add(event(some));
        }
        return events;
    }

    private static int fill(JsonArray json, List<Person> people, int maxBytes) {
        int bytes = 0;
        for (Person person : people) {
            JsonObject one = new JsonObject().put("user", person.user()).put("name", person.name());
            if (person.namedSeconds() > 0) {
                one.put("named", person.namedSeconds());
            }
            int size = one.encode().getBytes(StandardCharsets.UTF_8).length + 1;
            if (bytes + size > maxBytes) {
                break;
            }
            json.add(one);
            bytes += size;
        }
        return bytes;
    }

    private String event(JsonObject some) {
        return VersionedJson.create()
                .put("replica", replica)
                .put("lease_ms", leaseMillis)
                .put("rooms", some)
                .encode();
    }

    private static List<Person> people(JsonArray json) {
        return EntryReader.readable(json, entry -> {
            JsonObject person = (JsonObject) entry;
            return new Person(person.getString("user"), person.getString("name"), person.getLong("named", 0L));
        });
    }
}
