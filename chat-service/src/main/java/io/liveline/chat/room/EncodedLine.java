package io.liveline.chat.room;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.RoomName;
import io.vertx.core.json.JsonObject;

/**
 * Line for the members of a room, encoded once for all of them.
 *
 * @param cursor cursor of a member that has received it
 * @param timeMillis time of publication by the store's clock; 0 if it was not published
 * @param changed the message that it changes; null if it changes none
 * @param json UTF-8; must not be modified
 */
public record EncodedLine(Kind kind, Cursor cursor, long timeMillis, Cursor changed, byte[] json) {

    /** Kind of a line. */
    public enum Kind {
        /** Event of the room's log. */
        EVENT,
        /** Event of a deletion. */
        DELETION,
        /** Change of the members. It is not in the log, so its cursor is that of the event before it. */
        MEMBERS,
        /** Gap: events that cannot be delivered. */
        GAP
    }

    static EncodedLine of(Event event) {
        Cursor changed = MessageEvents.changed(event);
        Kind kind = changed != null && MessageEvents.isDeletion(event) ? Kind.DELETION : Kind.EVENT;
        return new EncodedLine(kind, event.cursor(), event.timeMillis(), changed, utf8(MessageEvents.json(event)));
    }

    static EncodedLine of(RoomName room, Gap gap) {
        return new EncodedLine(Kind.GAP, gap.resume(), 0, null, utf8(ServerFrames.gap(room, gap)));
    }

    static EncodedLine members(Cursor position, String frame) {
        return new EncodedLine(Kind.MEMBERS, position, 0, null, utf8(frame));
    }

    public boolean isInLog() {
        return kind == Kind.EVENT || kind == Kind.DELETION;
    }

    /** Returns this line after a deletion: without the text of the message, as the log has it from then on. */
    EncodedLine without(EncodedLine deletion) {
        if (deletion.changed.equals(cursor) && kind == Kind.EVENT) {
            return new EncodedLine(kind, cursor, timeMillis, changed, utf8(MessageEvents.delete(text())));
        }
        if (kind == Kind.EVENT && deletion.changed.equals(changed)) {
            JsonObject redacted = new JsonObject(deletion.text())
                    .put("cursor", cursor.toString())
                    .put("time", timeMillis);
            return new EncodedLine(Kind.DELETION, cursor, timeMillis, changed, utf8(redacted.encode()));
        }
        return this;
    }

    private String text() {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
