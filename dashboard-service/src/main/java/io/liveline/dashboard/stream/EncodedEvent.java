package io.liveline.dashboard.stream;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.Counter;
import io.vertx.core.buffer.Buffer;

/**
 * Encoded SSE event, shared by any number of streams.
 *
 * @param bytes encoded event; null if no counter of the view changed
 * @param position position of a stream after this event
 * @param whole whether it is a snapshot
 */
public record EncodedEvent(Buffer bytes, Cursor position, boolean whole) {

    /** Encodes all counters of a view. */
    static EncodedEvent snapshot(CounterBoard.Changes changes, boolean reset) {
        StringBuilder text = event("snapshot", changes.cursor());
        json(text, changes.counters(), changes.cursor());
        text.setLength(text.length() - 1);
        text.append(",\"reset\":").append(reset).append("}\n\n");
        return new EncodedEvent(Buffer.buffer(text.toString()), changes.cursor(), true);
    }

    /** Returns an event without bytes, which only advances a stream's position. */
    static EncodedEvent none(Cursor position) {
        return new EncodedEvent(null, position, false);
    }

    /** Encodes the changed counters. */
    static EncodedEvent change(CounterBoard.Changes changes) {
        StringBuilder text = event("change", changes.cursor());
        json(text, changes.counters(), changes.cursor());
        return new EncodedEvent(Buffer.buffer(text.append("\n\n").toString()), changes.cursor(), false);
    }

    /**
     * Appends counters and their cursor as JSON. Names, cursors and numbers need no escaping: they are validated to
     * contain no such characters.
     */
    public static void json(StringBuilder text, List<Counter> counters, Cursor cursor) {
        text.append("{\"counters\":{");
        String separator = "";
        for (Counter counter : counters) {
            text.append(separator).append('"').append(counter.name()).append("\":{\"value\":");
            text.append(counter.value())
                    .append(",\"version\":\"")
                    .append(counter.version())
                    .append("\"}");
            separator = ",";
        }
        text.append("},\"cursor\":\"").append(cursor).append("\"}");
    }

    private static StringBuilder event(String name, Cursor cursor) {
        return new StringBuilder(256)
                .append("id: ")
                .append(cursor)
                .append("\nevent: ")
                .append(name)
                .append("\ndata: ");
    }
}
