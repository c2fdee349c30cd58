package io.liveline.chat.room;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.edge.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What a member of a room is told through: a WebSocket, an SSE stream, a request that waits. What is said of a room
 * comes in the order of the calls. Confined to the event loop of its connection.
 */
public interface MemberConnection {

    /** How lines are put for it. */
    Framing framing();

    ByteBufAllocator allocator();

    /** Whether the connection takes more, and everything said before is on its way. */
    boolean isReady();

    /** Writes what its framing has encoded, which is shared and left as it is; only when {@link #isReady}. */
    void write(ByteBuf lines);

    /**
     * Whether a page of a room's log may be read for it now, which is kept until it has been told; not while another
     * is. If not, its members are served again when one may.
     */
    default boolean beginReading() {
        return true;
    }

    /** Nothing is kept any more of what was read for it. */
    default void endReading() {}

    /**
     * It is in: what follows comes right behind the cursor.
     *
     * @param recovered false when that is not where it wanted to go on, as the log does not reach back to there
     * @param members who is in the room, a JSON array
     */
    void joined(RoomName room, Cursor cursor, boolean recovered, String members);

    /** What lies in between is not coming. */
    void gap(RoomName room, Gap gap);

    /** Who came and who left, as a whole frame. */
    void members(String frame);

    /** The bus went away or is back; may be told more than once. */
    void state(BusState now);

    /** The room's log could not be read: it leaves the room. */
    void unreadable(RoomName room, Throwable failure);
}
