package io.liveline.presence.roster;

import java.util.ArrayList;
import java.util.List;

import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.EntryReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Visible changes of a roster: the content of one or more events on the room's presence topic.
 *
 * @param here people who arrived or whose visible state changed
 * @param gone users who left
 * @param typing people who started typing
 * @param idle users who stopped typing
 */
public record RosterChange(List<Presence> here, List<String> gone, List<Person> typing, List<String> idle) {

    // A user and a name have up to 128 code points of up to four bytes each: at most about 125 KB an event.
    private static final int PER_EVENT = 40;

    public boolean isEmpty() {
        return here.isEmpty() && gone.isEmpty() && typing.isEmpty() && idle.isEmpty();
    }

    /** Returns the events, each well below the size limit of the bus. */
    public List<String> events() {
        List<String> events = new ArrayList<>();
        int most = Math.max(Math.max(here.size(), gone.size()), Math.max(typing.size(), idle.size()));
        for (int from = 0; from < most; from += PER_EVENT) {
            events.add(new RosterChange(part(here, from), part(gone, from), part(typing, from), part(idle, from))
                    .encode());
        }
        return events;
    }

    private static <T> List<T> part(List<T> all, int from) {
        return all.subList(Math.min(from, all.size()), Math.min(from + PER_EVENT, all.size()));
    }

    private String encode() {
        JsonObject json = new JsonObject();
        JsonArray present = new JsonArray();
        here.forEach(p ->
                present.add(named(p.person()).put("state", p.state().text()).put("since", p.since())));
        JsonArray typists = new JsonArray();
        typing.forEach(p -> typists.add(named(p)));
        putUnlessEmpty(json, "here", present);
        putUnlessEmpty(json, "gone", new JsonArray(gone));
        putUnlessEmpty(json, "typing", typists);
        putUnlessEmpty(json, "idle", new JsonArray(idle));
        return json.encode();
    }

    /** Reads an event. Ignores unknown fields, so that replicas of two versions can run side by side. */
    public static RosterChange parse(String event) {
        JsonObject json = new JsonObject(event);
        List<Presence> here = EntryReader.readable(json.getJsonArray("here", new JsonArray()), entry -> {
            JsonObject p = (JsonObject) entry;
            return new Presence(person(p), Presence.State.of(p.getString("state")), p.getLong("since"));
        });
        List<Person> typing =
                EntryReader.readable(json.getJsonArray("typing", new JsonArray()), entry -> person((JsonObject) entry));
        return new RosterChange(here, users(json, "gone"), typing, users(json, "idle"));
    }

    private static JsonObject named(Person person) {
        return new JsonObject().put("user", person.user()).put("name", person.name());
    }

    private static Person person(JsonObject json) {
        return new Person(json.getString("user"), json.getString("name"));
    }

    private static List<String> users(JsonObject json, String field) {
        List<String> users = new ArrayList<>();
        json.getJsonArray(field, new JsonArray()).forEach(user -> users.add((String) user));
        return users;
    }

    private static void putUnlessEmpty(JsonObject json, String field, JsonArray values) {
        if (!values.isEmpty()) {
            json.put(field, values);
        }
    }
}
