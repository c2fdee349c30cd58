package io.liveline.edge.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.liveline.edge.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Media types that a client accepts, and how much it prefers each: the {@code Accept} header (RFC 9110, section
 * 12.5.1). The only content negotiation of all routes.
 */
public final class AcceptHeader {

    /** The type that is chosen when a client prefers none to another. */
    public static final String JSON = "application/json";

    /** Server-sent events. */
    public static final String EVENT_STREAM = "text/event-stream";

    private static final Pattern RANGE = Pattern.compile("[\\w!#$%&'*+.^`|~-]+/[\\w!#$%&'*+.^`|~-]+");
    private static final Pattern WEIGHT = Pattern.compile("(?=\\.?[0-9])[01]?(\\.[0-9]{0,9})?");
    private static final AcceptHeader ANYTHING = new AcceptHeader(List.of());

    /**
     * One element of the header.
     *
     * @param type in small letters
     * @param plain whether it has no parameters that our types, which have none, would not match
     */
    private record Range(String type, boolean plain, double weight) {

        /** How closely it describes a media type; 0 when it does not. The closest range decides (RFC 9110). */
        int closeness(String offered) {
            if (type.equals(offered)) {
                return plain ? 4 : 3;
            }
            if (type.endsWith("/*") && offered.startsWith(type.substring(0, type.length() - 1))) {
                return 2;
            }
            return type.equals("*/*") ? 1 : 0;
        }
    }

    private final List<Range> ranges;

    private AcceptHeader(List<Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * What the client of a request accepts; without the header, anything.
     *
     * @throws ProblemException 400 {@code bad_accept}
     */
    public static AcceptHeader of(HttpServerRequest request) {
        return of(request.headers().getAll(HttpHeaders.ACCEPT));
    }

    static AcceptHeader of(List<String> lines) {
        List<Range> ranges = new ArrayList<>();
        for (String line : lines) {
            for (String element : split(line, ',')) {
                if (!element.isEmpty()) {
                    ranges.add(range(split(element, ';')));
                }
            }
        }
        return ranges.isEmpty() ? ANYTHING : new AcceptHeader(ranges);
    }

    /**
     * Chooses the type that the client prefers.
     *
     * @param offered in small letters; among equally preferred ones the first is chosen
     * @return null when the client accepts none of them
     */
    public String choose(String... offered) {
        String best = null;
        double bestWeight = 0;
        for (String type : offered) {
            double weight = weight(type);
            if (weight > bestWeight) {
                best = type;
                bestWeight = weight;
            }
        }
        return best;
    }

    /**
     * Chooses as {@link #choose} does.
     *
     * @throws ProblemException 406 {@code not_acceptable} when the client accepts none of them
     */
    public String require(String... offered) {
        String chosen = choose(offered);
        if (chosen == null) {
            throw new ProblemException(
                    406, "not_acceptable", "This address answers with " + String.join(" or ", offered));
        }
        return chosen;
    }

    private double weight(String type) {
        if (this == ANYTHING) {
            return 1;
        }
        int closest = 0;
        double weight = 0;
        for (Range range : ranges) {
            int closeness = range.closeness(type);
            if (closeness > closest || closeness > 0 && closeness == closest && range.weight > weight) {
                weight = range.weight;
                closest = closeness;
            }
        }
        return weight;
    }

    private static Range range(List<String> parts) {
        // Old Java clients say * where they mean */*.
        String type = parts.get(0).equals("*") ? "*/*" : parts.get(0).toLowerCase(Locale.ROOT);
        if (!RANGE.matcher(type).matches() || type.startsWith("*/") && !type.equals("*/*")) {
            throw unreadable();
        }
        boolean plain = true;
        for (String parameter : parts.subList(1, parts.size())) {
            String small = parameter.toLowerCase(Locale.ROOT);
            if (small.startsWith("q=")) {
                // What follows the weight is an extension of the header and not a parameter of the type.
                return new Range(type, plain, parseWeight(small.substring(2)));
            }
            plain &= small.isEmpty() || small.equals("charset=utf-8") || small.equals("charset=\"utf-8\"");
        }
        return new Range(type, plain, 1);
    }

    private static double parseWeight(String text) {
        double weight = WEIGHT.matcher(text).matches() ? Double.parseDouble(text) : 2;
        if (weight > 1) {
            throw unreadable();
        }
        return weight;
    }

    /** Splits at a separator, but not within quotes; blanks around the pieces are removed. */
    private static List<String> split(String text, char separator) {
        List<String> pieces = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                pieces.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (quoted) {
            throw unreadable();
        }
        pieces.add(text.substring(start).strip());
        return pieces;
    }

    private static ProblemException unreadable() {
        return ProblemException.bad("bad_accept", "Accept is a list of media types (RFC 9110)");
    }
}
