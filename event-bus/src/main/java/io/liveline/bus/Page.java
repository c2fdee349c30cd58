package io.liveline.bus;

import java.util.List;

/**
 * A stretch of a topic's log.
 *
 * @param events oldest first, without holes
 * @param end the newest position of the log at the moment of reading; equal to the last event's cursor when there is
 *     nothing more to read
 * @param complete whether the stretch joins on to what was asked for: false when the log no longer reaches back to it,
 *     or when the cursor is of another life of the log. The events are then the oldest that are left.
 */
public record Page(List<Event> events, Cursor end, boolean complete) {

    /** The position before the first event, or {@link #end} when there is none. */
    public Cursor start() {
        if (events.isEmpty()) {
            return end;
        }
        Cursor first = events.get(0).cursor();
        return first.at(first.offset() - 1);
    }
}
