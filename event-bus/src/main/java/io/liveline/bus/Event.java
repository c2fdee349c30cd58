package io.liveline.bus;

/**
 * One entry on a topic.
 *
 * @param cursor its place: a reader that has it continues after it
 * @param timeMillis when it was appended, milliseconds since 1970 by the clock of the store (never of a replica), not
 *     falling within a topic unless that clock is set back
 * @param data what was published, unchanged
 */
public record Event(Cursor cursor, long timeMillis, String data) {}
