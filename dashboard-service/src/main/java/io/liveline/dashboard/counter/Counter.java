package io.liveline.dashboard.counter;

import io.liveline.bus.Cursor;

/**
 * Counter with its value and version.
 * @param name its name
 * @param value any 64-bit integer
 * @param version cursor of its last change on the topic {@code counters}
 */
public record Counter(String name, long value, Cursor version) {}
