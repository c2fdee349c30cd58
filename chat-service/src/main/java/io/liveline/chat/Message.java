package io.liveline.chat;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.edge.Person;
import io.liveline.edge.Problem;
import io.liveline.edge.RoomName;
import io.vertx.core.json.JsonObject;

/**
 * What is stored of a message is what clients get: its JSON, but for the cursor and the time, which are known only once
 * it is in the log and are put in when it is sent.
 */
final class Message {

    private Message() {}

    private static JsonObject change(String type, RoomName room, Person author, Cursor message) {
        return new JsonObject()
                .put("type", type)
                .put("room", room.text())
                .put("message", message.toString())
                .put("author", author.user())
                .put("name", author.name());
    }

    /**
     * A message to be published, once for each author and id; repeated with another text, it fails as {@code id_reused}.
     *
     * @throws Problem 400 {@code bad_text}, 413 {@code too_long}
     */
    static Draft draft(RoomName room, Person author, String id, String text, ChatConfig config) {
        Frame.Post.checkId(id);
        checkText(text, config);
        String json = new JsonObject()
                .put("type", "message")
                .put("room", room.text())
                .put("id", id)
                .put("author", author.user())
                .put("name", author.name())
                .put("text", text)
                .encode();
        // Repeated after a change of the author's name it is still the same message: it is its text that counts.
        return Draft.of(key(author.user(), id), text, json);
    }

    /** One key for an author and an id: its length tells where the author ends, whatever characters the two hold. */
    private static String key(String author, String id) {
        return author.length() + ":" + author + id;
    }

    /** @throws Problem 400 {@code bad_text}, 413 {@code too_long} */
    static void checkText(String text, ChatConfig config) {
        if (text.isEmpty()) {
            throw Problem.bad("bad_text", "A message has a text");
        }
        // A UTF-16 character takes at most three bytes of UTF-8: most texts need no counting.
        if (text.length() * 3L > config.textBytes()
                && text.getBytes(StandardCharsets.UTF_8).length > config.textBytes()) {
            throw new Problem(413, "too_long", "A text has at most " + config.textBytes() + " bytes of UTF-8");
        }
    }

    /** The event that tells of a new text. */
    static String edited(RoomName room, Person author, Cursor message, String text) {
        return change("edited", room, author, message).put("text", text).encode();
    }

    /** The event that tells that a message was taken back. */
    static String deleted(RoomName room, Person author, Cursor message) {
        return change("deleted", room, author, message).encode();
    }

    /** Whether an event of a room's log is a message, and not a change of one. */
    static boolean isMessage(Event event) {
        return event.data().startsWith("{\"type\":\"message\",");
    }

    /**
     * What clients get of a message in history.
     *
     * @param now what has become of it; null when it is as it was said
     */
    static String json(Event event, Changes.Now now) {
        if (now == null) {
            return json(event);
        }
        JsonObject json = new JsonObject(json(event));
        return now.isDeleted()
                ? json.put("text", "").put("deleted", true).encode()
                : json.put("text", now.text()).put("edited", true).encode();
    }

    /** What clients get of an event of a room's log. */
    static String json(Event event) {
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
