package io.liveline.presence.store;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;

/**
 * Result of a command.
 *
 * @param verdict verdict on the command
 * @param at cursor of the newest change on the room's presence topic; null if nothing visible has changed
 * @param online number of people in the room at that change
 * @param typing number of them that are typing
 */
public record CommandResult(RoomName room, Verdict verdict, Cursor at, int online, int typing) {

    /** Verdict on a command. */
    public enum Verdict {
        /** Took effect, with a visible change. */
        CHANGED,
        /** Took effect or had nothing to do, without a visible change. */
        SAME,
        /** Rejected, because the room is full or the person has too many tabs. */
        FULL,
        /** Rejected, because typing is not shown in a room of this size. */
        NO_TYPING;

        public boolean tookEffect() {
            return this == CHANGED || this == SAME;
        }
    }
}
