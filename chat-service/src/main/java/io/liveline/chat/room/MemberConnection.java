package io.liveline.chat.room;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.edge.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Connection of a member of a room: a WebSocket, an SSE stream, or a parked long-poll. Output of one room is sent in
 * the order of the calls. Confined to the event loop of its connection.
 */
public interface MemberConnection {

    /** Returns the encoding of lines for it. */
    Framing framing();

    ByteBufAllocator allocator();

    /** Returns whether the connection accepts more, and everything sent before has been accepted. */
    boolean isReady();

    /** Writes encoded lines, whose buffer is shared and must not be modified. Called only when {@link #isReady}. */
    void write(ByteBuf lines);

    /**
     * Reserves the connection's only page of a room's log, which is held until it has been sent. If another member
     * holds it, returns false, and all members are served again once it is free.
     */
    default boolean beginReading() {
        return true;
    }

    /** Releases the reserved page. */
    default void endReading() {}

    /**
     * Confirms the join. The events after the cursor follow.
     *
     * @param recovered false if the cursor is not the requested one, because the log does not reach back that far
     * @param members members of the room as a JSON array
     */
    void joined(RoomName room, Cursor cursor, boolean recovered, String members);

    /** Reports events that cannot be delivered. */
    void gap(RoomName room, Gap gap);

    /** Sends a whole {@code members} frame. */
    void members(String frame);

    /** Reports the state of the bus; the same state may be reported more than once. */
    void state(BusState now);

    /** Reports that the room's log could not be read. The connection leaves the room. */
    void unreadable(RoomName room, Throwable failure);
}
