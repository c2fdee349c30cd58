package io.liveline.bus;

/**
 * One entry on a topic.
 *
 * @param cursor position of the event: a reader that has it continues after it
 * @param timeMillis time of the append in milliseconds since 1970, by the clock of the store (never of a replica); it
 *     does not decrease within a topic unless that clock is set back
 * @param data data as it was published
 */
public record Event(Cursor cursor, long timeMillis, String data) {}
