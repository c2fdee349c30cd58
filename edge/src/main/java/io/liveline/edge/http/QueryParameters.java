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

/** Rules for the query parameters of every route. */
public final class QueryParameters {

    /** Known to every route: who a guest is. */
    private static final String GUEST = "name";

    private static final int LONGEST_SHOWN = 64;

    private QueryParameters() {}

    /**
     * Refuses a parameter that the route does not know: it is most likely misspelt, and the answer would not be what
     * the client asked for.
     *
     * @param known those of the route; {@code name} is known to every route
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

    /** The refusal of a parameter, which lists those that the route knows. */
    public static ProblemException unknown(String name, Set<String> known) {
        SortedSet<String> all = new TreeSet<>(known);
        all.add(GUEST);
        String shown = UnicodeText.length(name) <= LONGEST_SHOWN
                ? name
                : name.substring(0, name.offsetByCodePoints(0, LONGEST_SHOWN)) + "…";
        return ProblemException.bad(
                "unknown_parameter",
                "There is no query parameter \"" + shown + "\" here; there is " + String.join(", ", all));
    }

    /**
     * A whole number that a parameter says.
     *
     * @param text null or empty when it is not said, as with every parameter but {@code name}
     * @param standard its value when it is not said
     * @param most a greater one is cut to this
     * @throws ProblemException 400 {@code bad_} and the parameter's name, when it is not a whole number from 1 on
     */
    public static int count(String name, String text, int standard, int most) {
        if (text == null || text.isEmpty()) {
            return standard;
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) == 0) {
            throw ProblemException.bad("bad_" + name, name + " is a whole number from 1 on");
        }
        return Math.min(Integer.parseInt(text), most);
    }

    private static Map<String, ?> decoded(String query) {
        try {
            return new QueryStringDecoder(query, StandardCharsets.UTF_8, false).parameters();
        } catch (IllegalArgumentException malformed) {
            throw ProblemException.bad("bad_request", "The query of the address is not percent-encoded (RFC 3986)");
        }
    }
}
