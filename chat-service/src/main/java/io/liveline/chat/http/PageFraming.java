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
 * Lines as a page of the log, as {@link MessageHistory} gives it too: what a request gets that has waited. Coming and
 * going is not in the log, so it is not told.
 *
 * @param maxLines how many events a page has at most
 */
record PageFraming(RoomName room, int maxLines) implements Framing {

    private static final int AROUND = 256;

    /** A gap is a page of its own: what comes behind it does not join on to what was asked for. */
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
            return empty(ring.cursor(to), false, ring.isFollowed(to));
        }
        ByteBuf page = Unpooled.buffer(AROUND);
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
        write(page, PageJson.end(ring.cursor(from), ring.cursor(to), true, ring.isFollowed(to)));
        return any ? page : Unpooled.EMPTY_BUFFER;
    }

    /** A page without messages. */
    ByteBuf empty(Cursor at, boolean complete, boolean more) {
        String page = PageJson.start(room) + PageJson.end(at, at, complete, more);
        return Unpooled.wrappedBuffer(page.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(ByteBuf page, String text) {
        page.writeCharSequence(text, StandardCharsets.UTF_8);
    }
}
