package io.liveline.bus.table;

import java.util.Map;

import io.liveline.bus.Cursor;

/**
 * Contents of a table at a position of its topic.
 *
 * @param cursor position: the contents include all changes up to it, and none after it
 * @param entries values by key, without expired entries
 */
public record TableSnapshot(Cursor cursor, Map<String, String> entries) {}
