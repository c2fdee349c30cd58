package io.liveline.edge;

import io.liveline.bus.Cursor;
import io.vertx.core.http.HttpServerRequest;

/** Cursors in requests. */
public final class CursorParameter {

    private CursorParameter() {}

    /**
     * Parses the cursor of a request.
     *
     * @param text may be null or empty, which means no cursor; the result is then null
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
     * Returns the position after which a stream continues, or null if there is none. It is the header {@code
     * Last-Event-ID}, which a browser sends when it reconnects, or else the parameter {@code after}, because a browser
     * cannot set headers on its first request. An empty value counts as absent. Both are validated.
     *
     * @throws ProblemException 400 {@code bad_cursor}
     */
    public static Cursor position(HttpServerRequest request) {
        Cursor header = parse(request.getHeader("Last-Event-ID"));
        Cursor parameter = parse(request.getParam("after"));
        return header != null ? header : parameter;
    }
}
