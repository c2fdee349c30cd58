package io.liveline.chat.message;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Store of message edits and deletions. One atomic step replaces the message in the log and appends an event of the
 * change, so that history has the current text on every path. A deletion is final, and nothing of the text is kept.
 */
public interface RevisionStore {

    /**
     * Changes a message.
     *
     * @param message cursor of the message
     * @param now new data of the message: {@link MessageEvents#edit} or {@link MessageEvents#delete}
     * @param event data of the event of the change
     * @param key idempotency key: a repeated change with the same key changes nothing and gets the first cursor; null
     *     for a change without one
     * @return the event's cursor; fails with a problem 409 {@code deleted} if the message was deleted before
     */
    Uni<Cursor> change(RoomName room, Cursor message, String now, String event, String key);

    /** Returns the number of messages in the current epoch of the room's log. */
    Uni<Posts> posts(RoomName room);

    /** Returns the problem of a change to a deleted message. */
    static ProblemException deleted() {
        return new ProblemException(409, "deleted", "The message was deleted before");
    }

    /**
     * Number of messages in a room.
     *
     * @param at newest position of the log that is counted; null if there is no log
     */
    record Posts(Cursor at, long count) {}
}
