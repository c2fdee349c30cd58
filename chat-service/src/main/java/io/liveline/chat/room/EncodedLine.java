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
 * One line for the members of a room, encoded once for all of them.
 *
 * @param cursor where a member stands that has got it
 * @param timeMillis when it was published, by the clock of the store; 0 for what was not
 * @param changed the message that it tells a change of; null where it tells of none
 * @param json UTF-8; not to be changed
 */
public record EncodedLine(Kind kind, Cursor cursor, long timeMillis, Cursor changed, byte[] json) {

    /** What a line tells of. */
    public enum Kind {
        /** An event of the room's log. */
        EVENT,
        /** One that tells that a message was taken back. */
        DELETION,
        /** Who came and who left: not in the log, so that its place is that of the event before it. */
        MEMBERS,
        /** Events that are not coming. */
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

    /** This line once a deletion is known: without the text of the message, as the log has it from then on. */
    EncodedLine without(EncodedLine deletion) {
        if (deletion.changed.equals(cursor) && kind == Kind.EVENT) {
            return new EncodedLine(kind, cursor, timeMillis, changed, utf8(MessageEvents.delete(text())));
        }
        if (kind == Kind.EVENT && deletion.changed.equals(changed)) {
            JsonObject told = new JsonObject(deletion.text())
                    .put("cursor", cursor.toString())
                    .put("time", timeMillis);
            return new EncodedLine(Kind.DELETION, cursor, timeMillis, changed, utf8(told.encode()));
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
