package io.liveline.edge;

import io.liveline.bus.Cursor;
import io.vertx.core.http.HttpServerRequest;

/** Cursors as clients hand them back. */
public final class CursorParameter {

    private CursorParameter() {}

    /**
     * The cursor that a client gave.
     *
     * @param text may be null or empty, which is no cursor: null
     * @throws ProblemException 400 {@code bad_cursor}
     */
    public static Cursor parse(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Cursor.parse(text);
        } catch (IllegalArgumentException e) {
            throw ProblemException.bad("bad_cursor", e.getMessage());
        }
    }

    /**
     * The position from which a stream goes on: the header {@code Last-Event-ID}, which a browser sends when it comes
     * back, or the parameter {@code after}, as it can set no header when it begins. An empty one is none; both are
     * checked.
     *
     * @throws ProblemException 400 {@code bad_cursor}
     */
    public static Cursor position(HttpServerRequest request) {
        Cursor header = parse(request.getHeader("Last-Event-ID"));
        Cursor parameter = parse(request.getParam("after"));
        return header != null ? header : parameter;
    }
}
