package io.liveline.presence.store;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;

/**
 * What the store made of an act.
 *
 * @param verdict whether it took effect
 * @param at the newest change of the room, on its presence topic; null when nothing that can be seen has changed
 * @param online how many people are in the room at that change
 * @param typing how many of them type
 */
public record CommandResult(RoomName room, Verdict verdict, Cursor at, int online, int typing) {

    /** Whether an act took effect. */
    public enum Verdict {
        /** It did, and somebody can see it. */
        CHANGED,
        /** It did, or had to do nothing; what can be seen is as before. */
        SAME,
        /** The room, or the person's share of it, is full. */
        FULL,
        /** Typing is not shown in a room this large. */
        NO_TYPING;

        public boolean tookEffect() {
            return this == CHANGED || this == SAME;
        }
    }
}
