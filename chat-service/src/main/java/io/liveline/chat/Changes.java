package io.liveline.chat;

import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * What has become of messages since they were said. A change is an event of the room's log and remembered here in one
 * step, as long as the log keeps the message, so that history shows the text of now. Who was taken back stays so.
 */
interface Changes {

    /**
     * What a message has become.
     *
     * @param text the text of now; null when the message was taken back
     */
    record Now(String text) {

        boolean isDeleted() {
            return text == null;
        }
    }

    /**
     * Changes a message.
     *
     * @param message where it is in the log
     * @param event tells of the change
     * @return the event's cursor; fails with a problem 409 {@code deleted} when it was taken back before
     */
    Uni<Cursor> change(RoomName room, Cursor message, Now now, String event);

    /** Those of these messages that were changed. */
    Uni<Map<Cursor, Now>> of(RoomName room, List<Cursor> messages);

    /** How many messages the room's log has had in this life of it. */
    Uni<Posts> posts(RoomName room);

    /**
     * A number of messages.
     *
     * @param at the newest position of the log that it counts; null where there is no log
     */
    record Posts(Cursor at, long count) {}
}
