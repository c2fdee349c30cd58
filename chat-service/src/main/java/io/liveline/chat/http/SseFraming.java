package io.liveline.chat.http;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.chat.room.EncodedLine;
import io.liveline.chat.room.Framing;
import io.liveline.chat.room.LineRing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Encoding of lines as events of an SSE stream (WHATWG HTML, section 9.2): the same JSON as on the WebSocket, one line
 * per event. The id of an event is its cursor, so that a browser resumes by itself; lines that are not in the log have
 * no id.
 */
enum SseFraming implements Framing {
    EVENTS;

    /** Upper bound of the bytes of an event besides its line: field names, cursor, line ends. */
    private static final int EVENT_OVERHEAD = 64;

    @Override
    public int maxLines() {
        return Integer.MAX_VALUE;
    }

    /** Encodes into heap memory, which need not be released: the HTTP layer of Vert.x does not release buffers. */
    @Override
    public ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator) {
        int size = 0;
        for (long position = from; position < to; position++) {
            size += ring.at(position).json().length + EVENT_OVERHEAD;
        }
        ByteBuf events = Unpooled.buffer(size);
        for (long position = from; position < to; position++) {
            EncodedLine line = ring.at(position);
            write(events, line.kind() == EncodedLine.Kind.MEMBERS ? null : line.cursor(), line.json());
        }
        return events;
    }

    /**
     * Returns one event.
     *
     * @param cursor position at which a client resumes after this event; null if the event does not change it
     * @param json JSON on a single line
     */
    static ByteBuf of(Cursor cursor, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        ByteBuf event = Unpooled.buffer(bytes.length + EVENT_OVERHEAD);
        write(event, cursor, bytes);
        return event;
    }

    private static void write(ByteBuf events, Cursor cursor, byte[] json) {
        if (cursor != null) {
            events.writeCharSequence("id: " + cursor + "\n", StandardCharsets.US_ASCII);
        }
        events.writeCharSequence("data: ", StandardCharsets.US_ASCII);
        events.writeBytes(json).writeByte('\n').writeByte('\n');
    }
}
