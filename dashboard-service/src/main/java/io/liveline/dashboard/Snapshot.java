package io.liveline.dashboard;

import java.util.List;

import io.liveline.bus.Cursor;

/**
 * Counters at a position.
 *
 * @param cursor changes behind it are not in the counters for sure
 * @param counters in no order
 */
record Snapshot(Cursor cursor, List<Counter> counters) {}
