package io.liveline.chat.room;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * How lines of a room become bytes for a connection. Members of one framing who stand at one position are written the
 * same bytes, so two framings that are equal encode alike.
 */
public interface Framing {

    /** How many lines are put together at most. */
    int maxLines();

    /**
     * How far one piece reaches.
     *
     * @param from a position whose line is kept
     * @param maxBytes bounds the piece; the first line is in it in any case
     * @return the position behind the last line that fits
     */
    default long fit(LineRing ring, long from, int maxBytes) {
        return ring.fit(from, maxLines(), maxBytes);
    }

    /**
     * One piece, with the lines from one position up to another, which is not in it.
     *
     * @return without bytes when there is nothing in these lines that this framing tells
     */
    ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator);
}
