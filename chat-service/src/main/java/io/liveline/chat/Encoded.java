package io.liveline.chat;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.edge.RoomName;

/**
 * One line for the members of a room, encoded once for all of them.
 *
 * @param cursor where a member stands that has got it
 * @param timeMillis when it was published, by the clock of the store; 0 for what was not
 * @param json UTF-8; not to be changed
 */
record Encoded(Kind kind, Cursor cursor, long timeMillis, byte[] json) {

    /** What a line tells of. */
    enum Kind {
        /** An event of the room's log. */
        EVENT,
        /** Who came and who left: not in the log, so that its place is that of the event before it. */
        MEMBERS,
        /** Events that are not coming. */
        GAP
    }

    static Encoded of(Event event) {
        return new Encoded(Kind.EVENT, event.cursor(), event.timeMillis(), utf8(Message.json(event)));
    }

    static Encoded of(RoomName room, Gap gap) {
        return new Encoded(Kind.GAP, gap.resume(), 0, utf8(Outgoing.gap(room, gap)));
    }

    static Encoded members(Cursor position, String frame) {
        return new Encoded(Kind.MEMBERS, position, 0, utf8(frame));
    }

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
