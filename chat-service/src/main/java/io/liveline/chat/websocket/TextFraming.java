package io.liveline.chat.websocket;

import io.liveline.chat.room.Framing;
import io.liveline.chat.room.LineRing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Encodings as WebSocket text frames of a server: whole and unmasked (RFC 6455, section 5.2). */
enum TextFraming implements Framing {
    /** Many documents in one frame, one per line (NDJSON), for clients that negotiated our subprotocol. */
    LINES {
        @Override
        public ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator) {
            int size = (int) (to - from - 1);
            for (long position = from; position < to; position++) {
                size += ring.at(position).json().length;
            }
            ByteBuf frame = allocator.directBuffer(MAX_HEADER + size);
            putHeader(size, frame);
            frame.writeBytes(ring.at(from).json());
            for (long position = from + 1; position < to; position++) {
                frame.writeByte('\n').writeBytes(ring.at(position).json());
            }
            return frame;
        }
    },
    /** One document per frame, for all other clients. */
    DOCUMENTS {
        @Override
        public ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator) {
            int size = 0;
            for (long position = from; position < to; position++) {
                size += MAX_HEADER + ring.at(position).json().length;
            }
            ByteBuf frames = allocator.directBuffer(size);
            for (long position = from; position < to; position++) {
                put(ring.at(position).json(), frames);
            }
            return frames;
        }
    };

    private static final int FINAL_TEXT = 0x81;
    /** Maximum size of a frame header, in bytes. */
    static final int MAX_HEADER = 10;

    @Override
    public int maxLines() {
        return Integer.MAX_VALUE;
    }

    /**
     * Returns the framing for a client.
     *
     * @param subprotocol the negotiated subprotocol; null if none
     */
    static TextFraming of(String subprotocol) {
        return ChatEndpoint.SUBPROTOCOL.equals(subprotocol) ? LINES : DOCUMENTS;
    }

    /** Appends a frame that contains a text. */
    static void put(byte[] text, ByteBuf frames) {
        putHeader(text.length, frames);
        frames.writeBytes(text);
    }

    private static void putHeader(int length, ByteBuf frames) {
        frames.writeByte(FINAL_TEXT);
        if (length < 126) {
            frames.writeByte(length);
        } else if (length < 1 << 16) {
            frames.writeByte(126).writeShort(length);
        } else {
            frames.writeByte(127).writeLong(length);
        }
    }
}
