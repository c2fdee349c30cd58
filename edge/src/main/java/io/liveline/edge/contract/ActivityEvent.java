package io.liveline.edge.contract;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.Topic;
import io.vertx.core.json.JsonObject;

/**
 * Event in which a service reports facts about its rooms, or about the connections of one replica, to the dashboard.
 */
public final class ActivityEvent {

    public static final Topic TOPIC = new Topic("activity");

    private ActivityEvent() {}

    /**
     * Encodes facts as an event.
     *
     * @param facts connections are all of one replica
     */
    public static Draft of(List<? extends ActivityFact> facts) {
        JsonObject event = VersionedJson.create();
        facts.forEach(fact -> fact.writeTo(event));
        return Draft.of(event.encode());
    }

    /**
     * Decodes the facts of an event, without entries of an unknown kind or with a number out of range.
     *
     * @throws IllegalArgumentException if the event is no activity event, or of a later version
     */
    public static List<ActivityFact> parse(Event event) {
        return VersionedJson.parse(event, json -> {
            List<ActivityFact> facts = new ArrayList<>();
            facts.addAll(EntryReader.readable(json.getJsonObject("rooms", new JsonObject()), room -> {
                JsonObject fact = (JsonObject) room.getValue();
                Cursor at = Cursor.parse(fact.getString("cursor"));
                return new ActivityFact.Posts(room.getKey(), at, fact.getLong("messages"), event.timeMillis());
            }));
            facts.addAll(EntryReader.readable(json.getJsonObject("presence", new JsonObject()), room -> {
                JsonObject fact = (JsonObject) room.getValue();
                Cursor at = Cursor.parse(fact.getString("cursor"));
                return new ActivityFact.People(room.getKey(), at, fact.getLong("online"), fact.getLong("typing"));
            }));
            facts.addAll(EntryReader.readable(
                    json.getJsonObject("connections", new JsonObject()),
                    count -> new ActivityFact.Connections(
                            json.getString("replica"), count.getKey(), ((Number) count.getValue()).longValue())));
            return facts;
        });
    }
}
