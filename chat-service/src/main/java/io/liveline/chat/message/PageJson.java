package io.liveline.chat.message;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;

/** JSON around the messages of a page. */
public final class PageJson {

    private PageJson() {}

    /** Returns the part before the messages. */
    public static String start(RoomName room) {
        return "{\"room\":\"" + room + "\",\"messages\":[";
    }

    /**
     * Returns the part after the messages.
     *
     * @param from position before the first event; the client gets the next one, which is the {@code before} of the
     *     previous page
     */
    public static String end(Cursor from, Cursor end, boolean complete, boolean more) {
        Cursor start = from.at(from.offset() + 1);
        return "],\"cursor\":\"" + end + "\",\"start\":\"" + start + "\",\"complete\":" + complete + ",\"more\":" + more
                + "}";
    }
}
