package io.liveline.chat.http;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.Cursor;
import io.liveline.chat.message.MessageHistory;
import io.liveline.chat.message.PageJson;
import io.liveline.chat.room.EncodedLine;
import io.liveline.chat.room.Framing;
import io.liveline.chat.room.LineRing;
import io.liveline.edge.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Encoding of lines as a page of the log, as {@link MessageHistory} returns it, for long-polls. Changes of members are
 * not in the log, and are left out.
 *
 * @param maxLines maximum number of events of a page
 */
record PageFraming(RoomName room, int maxLines) implements Framing {

    private static final int PAGE_OVERHEAD = 256;

    /**
     * Returns the end of one page. A gap is a page of its own, because the events after it do not continue the
     * requested position.
     */
    @Override
    public long fit(LineRing ring, long from, int maxBytes) {
        long to = ring.fit(from, maxLines, maxBytes);
        for (long position = from; position < to; position++) {
            if (ring.at(position).kind() == EncodedLine.Kind.GAP) {
                return position == from ? from + 1 : position;
            }
        }
        return to;
    }

    @Override
    public ByteBuf encode(LineRing ring, long from, long to, ByteBufAllocator allocator) {
        if (ring.at(from).kind() == EncodedLine.Kind.GAP) {
            return empty(ring.cursor(to), false, ring.hasMoreAfter(to));
        }
        ByteBuf page = Unpooled.buffer(PAGE_OVERHEAD);
        write(page, PageJson.start(room));
        boolean any = false;
        for (long position = from; position < to; position++) {
            EncodedLine line = ring.at(position);
            if (line.isInLog()) {
                write(page, any ? "," : "");
                page.writeBytes(line.json());
                any = true;
            }
        }
        write(page, PageJson.end(ring.cursor(from), ring.cursor(to), true, ring.hasMoreAfter(to)));
        return any ? page : Unpooled.EMPTY_BUFFER;
    }

    /** Returns a page without messages. */
    ByteBuf empty(Cursor at, boolean complete, boolean more) {
        String page = PageJson.start(room) + PageJson.end(at, at, complete, more);
        return Unpooled.wrappedBuffer(page.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(ByteBuf page, String text) {
        page.writeCharSequence(text, StandardCharsets.UTF_8);
    }
}
