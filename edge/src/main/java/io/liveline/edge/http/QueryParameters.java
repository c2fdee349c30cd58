package io.liveline.edge.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.ProblemException;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;

/** Validation of query parameters, for every route. */
public final class QueryParameters {

    /** Name of a guest; every route accepts it. */
    private static final String GUEST = "name";

    private static final int MAX_SHOWN_LENGTH = 64;

    private QueryParameters() {}

    /**
     * Rejects a parameter that the route does not know. It is most likely misspelt, and the response would not be what
     * the client requested.
     *
     * @param known parameters of the route; {@code name} is known to every route
     * @throws ProblemException 400 {@code unknown_parameter}, {@code bad_request}
     */
    public static void requireKnown(HttpServerRequest request, Set<String> known) {
        String query = request.query();
        if (query == null || query.isEmpty()) {
            return;
        }
        for (String name : decoded(query).keySet()) {
            if (!name.equals(GUEST) && !known.contains(name)) {
                throw unknown(name, known);
            }
        }
    }

    /** Returns the problem for an unknown parameter, which lists the known ones. */
    public static ProblemException unknown(String name, Set<String> known) {
        SortedSet<String> all = new TreeSet<>(known);
        all.add(GUEST);
        String shown = UnicodeText.length(name) <= MAX_SHOWN_LENGTH
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MAX_SHOWN_LENGTH)) + "…";
        return ProblemException.bad(
                "unknown_parameter", "Unknown query parameter \"" + shown + "\"; known are: " + String.join(", ", all));
    }

    /**
     * Returns the value of a numeric parameter.
     *
     * @param text null or empty if the parameter is absent, as for every parameter but {@code name}
     * @param standard default value
     * @param most maximum; a greater value is reduced to this
     * @throws ProblemException 400 {@code bad_} and the name of the parameter, if it is not a whole number from 1
     */
    public static int count(String name, String text, int standard, int most) {
        if (text == null || text.isEmpty()) {
            return standard;
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) == 0) {
            throw ProblemException.bad("bad_" + name, name + " must be a whole number of 1 or more");
        }
        return Math.min(Integer.parseInt(text), most);
    }

    private static Map<String, ?> decoded(String query) {
        try {
            return new QueryStringDecoder(query, StandardCharsets.UTF_8, false).parameters();
        } catch (IllegalArgumentException malformed) {
            throw ProblemException.bad("bad_request", "The query string is not percent-encoded (RFC 3986)");
        }
    }
}
