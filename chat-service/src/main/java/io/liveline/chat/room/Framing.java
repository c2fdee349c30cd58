package io.liveline.chat.room;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Encoding of a room's lines for a connection. Members with equal framings at the same position are written the same
 * bytes.
 */
public interface Framing {

    /** Returns the maximum number of lines in one piece. */
    int maxLines();

    /**
     * Returns the end of one piece.
     *
     * @param from a position whose line is kept
     * @param maxBytes maximum size of the piece; it contains the first line in any case
     * @return the position after the last line that fits
     */
    default long fit(LineRing ring, long from, int maxBytes) {
        return ring.fit(from, maxLines(), maxBytes);
    }

    /**
     * Encodes the lines from one position up to another (exclusive).
     *
     * @return an empty buffer if this framing sends none of these lines
     */
    ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator);
}
