package io.liveline.chat.message;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.support.Digest;
import io.liveline.chat.protocol.ClientFrame;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.vertx.core.json.JsonObject;

/**
 * Stored form of messages and changes. The stored event is the JSON for clients, except for the cursor and the time:
 * they are known only once the event is in the log, and are inserted when it is sent.
 */
public final class MessageEvents {

    /** Beginning of the data of a deleted message. */
    static final String DELETED = "{\"type\":\"message\",\"deleted\":true,";

    private static final String CHANGED = "\"message\":\"";

    private static final Set<String> KEPT = Set.of("cursor", "time", "room", "id", "author", "name");

    private MessageEvents() {}

    private static JsonObject change(String type, RoomName room, Person author, Cursor message, String id) {
        JsonObject change =
                new JsonObject().put("type", type).put("room", room.text()).put("message", message.toString());
        if (id != null) {
            change.put("id", id);
        }
        return change.put("author", author.user()).put("name", author.name());
    }

    /**
     * Returns the draft of a message, which is published once for each author and id. A repetition with another content
     * fails with {@code id_reused}.
     */
    public static Draft draft(RoomName room, Person author, String id, MessageContent content) {
        ClientFrame.Post.checkId(id);
        String json = new JsonObject()
                .put("type", "message")
                .put("room", room.text())
                .put("id", id)
                .put("author", author.user())
                .put("name", author.name())
                // Clients of earlier releases require a text.
                .put("text", content.text() == null ? "" : content.text())
                .encode();
        if (!content.isPlain()) {
            json = json.substring(0, json.length() - 1) + content.kindField() + content.dataField() + '}';
        }
        // The content alone is the fingerprint: a repetition after a change of the author's name is still the same
        // message.
        return Draft.of(key(author.user(), id), content.fingerprinted(), json);
    }

    /**
     * Returns the idempotency key of an author and an id. The length of the author separates the two, whatever
     * characters they contain.
     */
    private static String key(String author, String id) {
        return author.length() + ":" + author + id;
    }

    /** Returns the event of an edit, which {@link StoredMessage#event} completes. Its id is the author's own, or null. */
    public static String edited(RoomName room, Person author, Cursor message, String id) {
        return change("edited", room, author, message, id).encode();
    }

    /** Returns the event of a deletion. Its id is the author's own, or null. */
    public static String deleted(RoomName room, Person author, Cursor message, String id) {
        return change("deleted", room, author, message, id).encode();
    }

    /**
     * Returns the draft of the event of a change, which is made once for each author and id, if it has one.
     *
     * @param content the message and what changes in it
     */
    static Draft change(Person author, String id, String content, String event) {
        // Not the same key as that of a message with this id.
        return id == null
                ? Draft.of(event)
                : Draft.of(
                        "change:" + Digest.sha256(key(author.user(), id).getBytes(StandardCharsets.UTF_8), 16),
                        content,
                        event);
    }

    /** Returns whether an event of a room's log is a message, not a change. */
    static boolean isMessage(Event event) {
        return event.data().startsWith("{\"type\":\"message\",");
    }

    /** Returns whether an event of a room's log is a deletion. */
    public static boolean isDeletion(Event event) {
        return event.data().startsWith("{\"type\":\"deleted\",");
    }

    private static boolean isEdit(Event event) {
        return event.data().startsWith("{\"type\":\"edited\",");
    }

    /** Returns the cursor of the message that an event changes, or null if the event is no change. */
    public static Cursor changed(Event event) {
        // Not parsed, as a page may contain many long edits. No value before this field contains a quote.
        int field = isEdit(event) || isDeletion(event) ? event.data().indexOf(CHANGED) : -1;
        if (field < 0) {
            return null;
        }
        int begin = field + CHANGED.length();
        return Cursor.parse(event.data().substring(begin, event.data().indexOf('"', begin)));
    }

    /** Returns whether the data is that of a deleted message. */
    static boolean isDeleted(String data) {
        return data.startsWith(DELETED);
    }

    /** Returns a message after its deletion; accepts its stored data and its JSON for clients. */
    public static String delete(String message) {
        return delete(new JsonObject(message));
    }

    static String delete(JsonObject original) {
        JsonObject deleted = new JsonObject().put("type", "message").put("deleted", true);
        original.fieldNames().stream()
                .filter(KEPT::contains)
                .forEach(field -> deleted.put(field, original.getValue(field)));
        return deleted.put("text", "").encode();
    }

    /** Returns the JSON for clients of an event of a room's log. */
    public static String json(Event event) {
        String stored = event.data();
        int afterType = stored.indexOf(',');
        return new StringBuilder(stored.length() + 64)
                .append(stored, 0, afterType)
                .append(",\"cursor\":\"")
                .append(event.cursor())
                .append("\",\"time\":")
                .append(event.timeMillis())
                .append(stored, afterType, stored.length())
                .toString();
    }
}
