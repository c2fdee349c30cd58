package io.liveline.dashboard.counter;

import io.liveline.bus.Cursor;

/**
 * A value.
 *
 * @param name its name
 * @param value any 64-bit integer
 * @param version where on the topic {@code counters} it last changed
 */
public record Counter(String name, long value, Cursor version) {}
