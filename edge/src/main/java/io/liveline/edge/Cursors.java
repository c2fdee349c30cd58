package io.liveline.edge;

import io.liveline.bus.Cursor;

/** Cursors as clients hand them back. */
public final class Cursors {

    private Cursors() {}

    /**
     * The cursor that a client gave.
     *
     * @param text may be null or empty, which is no cursor: null
     * @throws Problem 400 {@code bad_cursor}
     */
    public static Cursor parse(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            throw Problem.bad("bad_cursor", e.getMessage());
        }
    }
}
