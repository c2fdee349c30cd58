package io.liveline.chat.message;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.KeyReusedException;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Store of message edits and deletions. One atomic step replaces the message in the log and appends an event of the
 * change, so that history has the current text on every path. A deletion is final, and nothing of the text is kept.
 */
public interface RevisionStore {

    /**
     * Edits a message.
     *
     * @param message cursor of the message
     * @param content what changes; the rest stays exactly as it is
     * @param event event of the edit, see {@link MessageEvents#edited}. A repeated change with the same key changes
     *     nothing and gets the first cursor
     * @return the event's cursor; fails with a problem 409 {@code deleted} if the message was deleted before, and with a
     *     {@link KeyReusedException} if the key was used for a change with another content
     */
    Uni<Cursor> edit(RoomName room, Cursor message, MessageContent content, Draft event);

    /**
     * Deletes a message.
     *
     * @param message cursor of the message
     * @param deleted new data of the message, see {@link MessageEvents#delete}
     * @param event event of the deletion, with a key as in {@link #edit}
     * @return as {@link #edit} does
     */
    Uni<Cursor> delete(RoomName room, Cursor message, String deleted, Draft event);

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
