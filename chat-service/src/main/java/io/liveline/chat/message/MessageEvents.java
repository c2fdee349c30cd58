package io.liveline.chat.message;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.protocol.ClientFrame;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.vertx.core.json.JsonObject;

/**
 * What is stored of a message is what clients get: its JSON, but for the cursor and the time, which are known only once
 * it is in the log and are put in when it is sent.
 */
public final class MessageEvents {

    /** What the data of a message that was taken back begins with. */
    static final String DELETED = "{\"type\":\"message\",\"deleted\":true,";

    private static final String CHANGED = "\"message\":\"";

    private static final Set<String> KEPT = Set.of("cursor", "time", "room", "id", "author", "name");

    private MessageEvents() {}

    private static JsonObject change(String type, RoomName room, Person author, Cursor message) {
        return new JsonObject()
                .put("type", type)
                .put("room", room.text())
                .put("message", message.toString())
                .put("author", author.user())
                .put("name", author.name());
    }

    /**
     * A message to be published, once for each author and id; repeated with another text, it fails as
     * {@code id_reused}.
     *
     * @throws ProblemException 400 {@code bad_text}, 413 {@code too_long}
     */
    public static Draft draft(RoomName room, Person author, String id, String text, ChatConfig config) {
        ClientFrame.Post.checkId(id);
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

    /** @throws ProblemException 400 {@code bad_text}, 413 {@code too_long} */
    static void checkText(String text, ChatConfig config) {
        if (text.isEmpty()) {
            throw ProblemException.bad("bad_text", "A message has a text");
        }
        // A UTF-16 character takes at most three bytes of UTF-8: most texts need no counting.
        if (text.length() * 3L > config.textBytes()
                && text.getBytes(StandardCharsets.UTF_8).length > config.textBytes()) {
            throw new ProblemException(413, "too_long", "A text has at most " + config.textBytes() + " bytes of UTF-8");
        }
    }

    /** The event that tells of a new text. */
    public static String edited(RoomName room, Person author, Cursor message, String text) {
        return change("edited", room, author, message).put("text", text).encode();
    }

    /** The event that tells that a message was taken back. */
    public static String deleted(RoomName room, Person author, Cursor message) {
        return change("deleted", room, author, message).encode();
    }

    /** Whether an event of a room's log is a message, and not a change of one. */
    static boolean isMessage(Event event) {
        return event.data().startsWith("{\"type\":\"message\",");
    }

    /** Whether an event of a room's log tells that a message was taken back. */
    public static boolean isDeletion(Event event) {
        return event.data().startsWith("{\"type\":\"deleted\",");
    }

    private static boolean isEdit(Event event) {
        return event.data().startsWith("{\"type\":\"edited\",");
    }

    /** The message that an event tells a change of; null where it tells of none. */
    public static Cursor changed(Event event) {
        // Not parsed, as there may be many long edits on a page. Nothing that comes before this field holds a quote.
        int field = isEdit(event) || isDeletion(event) ? event.data().indexOf(CHANGED) : -1;
        if (field < 0) {
            return null;
        }
        int begin = field + CHANGED.length();
        return Cursor.parse(event.data().substring(begin, event.data().indexOf('"', begin)));
    }

    /** Whether the data of a message is that of one that was taken back. */
    static boolean isDeleted(String data) {
        return data.startsWith(DELETED);
    }

    /** What a message's data becomes with another text. */
    public static String edit(String message, String text) {
        return new JsonObject(message).put("text", text).put("edited", true).encode();
    }

    /** What a message becomes when it is taken back: its data, or what clients get of it. */
    public static String delete(String message) {
        JsonObject said = new JsonObject(message);
        JsonObject deleted = new JsonObject().put("type", "message").put("deleted", true);
        said.fieldNames().stream().filter(KEPT::contains).forEach(field -> deleted.put(field, said.getValue(field)));
        return deleted.put("text", "").encode();
    }

    /** What clients get of an event of a room's log. */
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
