package io.liveline.chat;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;

/**
 * One line for the members of a room, encoded once for all of them.
 *
 * @param cursor where a member stands that has got it
 * @param timeMillis when it was published, by the clock of the store; 0 for what was not
 * @param json UTF-8; not to be changed
 */
record Encoded(Cursor cursor, long timeMillis, byte[] json) {

    static Encoded of(Event event) {
        return new Encoded(
                event.cursor(), event.timeMillis(), Message.json(event).getBytes(StandardCharsets.UTF_8));
    }

    static Encoded of(Cursor cursor, String json) {
        return new Encoded(cursor, 0, json.getBytes(StandardCharsets.UTF_8));
    }
}
