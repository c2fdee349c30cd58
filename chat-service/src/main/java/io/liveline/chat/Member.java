package io.liveline.chat;

import io.liveline.bus.Cursor;

/**
 * One connection in one room: a position in the room's ring, and nothing else to hold for it. While it catches up on
 * what the ring no longer has, it reads from a ring of its own, filled page by page from the log. Confined to the
 * connection's event loop.
 */
final class Member {

    final Session session;
    final LoopRoom room;
    // Its place in the room's list, so that leaving needs no search.
    int index = -1;
    Ring ring;
    long position;
    // Everything that the log has is sent, and this replica's ring is not as far yet.
    boolean ahead;

    Member(Session session, LoopRoom room) {
        this.session = session;
        this.room = room;
    }

    /** Where it stands in the room's log. */
    Cursor lastCursor;

    boolean isGone() {
        return index < 0;
    }

    /** Reads from this ring, from this position on. */
    void enter(Ring newRing, long newPosition) {
        ring = newRing;
        advance(newPosition, newRing.cursor(newPosition));
    }

    /** Has got everything before this position, which is at this cursor. */
    void advance(long newPosition, Cursor cursor) {
        position = newPosition;
        lastCursor = cursor;
    }

    /** Reads from no ring until a page of the log has come. */
    void await() {
        ring = null;
    }

    boolean isBehind() {
        return ring != null && position < ring.end();
    }
}
