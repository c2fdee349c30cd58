package io.liveline.bus;

import java.util.List;

/**
 * A contiguous part of a topic's log.
 *
 * @param events events without gaps, oldest first
 * @param end newest position of the log at the time of reading; equal to the last event's cursor if there is nothing
 *     more to read
 * @param complete true if the events directly follow the requested position; false if the log no longer reaches back to
 *     it or the cursor is from another life of the log. The events are then the oldest that are left.
 */
public record Page(List<Event> events, Cursor end, boolean complete) {

    /** Returns the position before the first event, or {@link #end} if there is none. */
    public Cursor start() {
        if (events.isEmpty()) {
            return end;
        }
        Cursor first = events.get(0).cursor();
        return first.at(first.offset() - 1);
    }
}
