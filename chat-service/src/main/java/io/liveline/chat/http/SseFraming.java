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
 * Lines as events of an SSE stream (WHATWG HTML, section 9.2): the same JSON as on the socket, one line an event. Its
 * id is the cursor, so that a browser that comes back says by itself how far it got; what is not in the log has none.
 */
enum SseFraming implements Framing {
    EVENTS;

    /** What an event has beside its line: field names, a cursor, line ends. */
    private static final int AROUND = 64;

    @Override
    public int maxLines() {
        return Integer.MAX_VALUE;
    }

    /** In memory of the heap, which nobody has to give back: the HTTP layer of Vert.x does not. */
    @Override
    public ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator) {
        int size = 0;
        for (long position = from; position < to; position++) {
            size += ring.at(position).json().length + AROUND;
        }
        ByteBuf events = Unpooled.buffer(size);
        for (long position = from; position < to; position++) {
            EncodedLine line = ring.at(position);
            write(events, line.kind() == EncodedLine.Kind.MEMBERS ? null : line.cursor(), line.json());
        }
        return events;
    }

    /**
     * One event.
     *
     * @param cursor where who got it goes on; null where it does not move that
     * @param json without line ends, as JSON is that was not made pretty
     */
    static ByteBuf of(Cursor cursor, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        ByteBuf event = Unpooled.buffer(bytes.length + AROUND);
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
