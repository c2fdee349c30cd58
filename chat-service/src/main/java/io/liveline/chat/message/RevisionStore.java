package io.liveline.chat.message;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Changes of messages since they were said. In one step the log has the message as it has become and an event tells of
 * that, so that history shows the text of now on every path. Who was taken back stays so, and of its text nothing is
 * left.
 */
public interface RevisionStore {

    /**
     * Changes a message.
     *
     * @param message where it is in the log
     * @param now its data from now on: {@link MessageEvents#edit} or {@link MessageEvents#delete}
     * @param event tells of the change
     * @return the event's cursor; fails with a problem 409 {@code deleted} when it was taken back before
     */
    Uni<Cursor> change(RoomName room, Cursor message, String now, String event);

    /** How many messages the room's log has had in this life of it. */
    Uni<Posts> posts(RoomName room);

    /** Refusal of a change of what was taken back. */
    static ProblemException deleted() {
        return new ProblemException(409, "deleted", "The message was taken back before");
    }

    /**
     * A number of messages.
     *
     * @param at the newest position of the log that it counts; null where there is no log
     */
    record Posts(Cursor at, long count) {}
}
