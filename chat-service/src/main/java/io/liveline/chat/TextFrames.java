package io.liveline.chat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** WebSocket text frames as a server sends them: whole and unmasked (RFC 6455, section 5.2); NDJSON inside. */
enum TextFrames implements Framing {
    LINES;

    private static final int FINAL_TEXT = 0x81;
    private static final int MAX_HEADER = 10;

    @Override
    public int maxLines() {
        return Integer.MAX_VALUE;
    }

    @Override
    public ByteBuf encode(Ring ring, long from, long to, ByteBufAllocator allocator) {
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
