package io.liveline.chat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** WebSocket text frames as a server sends them: whole and unmasked (RFC 6455, section 5.2). */
final class TextFrames {

    private static final int FINAL_TEXT = 0x81;
    private static final int MAX_HEADER = 10;

    private TextFrames() {}

    /**
     * How far one frame reaches.
     *
     * @param from a position whose line is kept
     * @param maxBytes bounds the frame; the first line is in it in any case
     * @return the position behind the last line that fits
     */
    static long fit(Ring ring, long from, int maxBytes) {
        long size = ring.at(from).json().length;
        long to = from + 1;
        while (to < ring.end()) {
            size += 1 + ring.at(to).json().length;
            if (size > maxBytes) {
                break;
            }
            to++;
        }
        return to;
    }

    /** One frame with the lines from one position up to another, which is not in it. */
    static ByteBuf of(Ring ring, long from, long to, ByteBufAllocator allocator) {
        int size = (int) (to - from - 1);
        for (long position = from; position < to; position++) {
            size += ring.at(position).json().length;
        }
        ByteBuf frame = header(size, allocator).writeBytes(ring.at(from).json());
        for (long position = from + 1; position < to; position++) {
            frame.writeByte('\n').writeBytes(ring.at(position).json());
        }
        return frame;
    }

    static ByteBuf of(byte[] text, ByteBufAllocator allocator) {
        return header(text.length, allocator).writeBytes(text);
    }

    private static ByteBuf header(int length, ByteBufAllocator allocator) {
        ByteBuf frame = allocator.directBuffer(MAX_HEADER + length).writeByte(FINAL_TEXT);
        if (length < 126) {
            return frame.writeByte(length);
        }
        if (length < 1 << 16) {
            return frame.writeByte(126).writeShort(length);
        }
        return frame.writeByte(127).writeLong(length);
    }
}
