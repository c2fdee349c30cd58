package io.liveline.edge.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

import io.liveline.edge.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Media types that a client accepts, with its preferences: the {@code Accept} header (RFC 9110, section 12.5.1). All
 * routes use it for content negotiation.
 */
public final class AcceptHeader {

    /** Media type of JSON, the default if a client has no preference. */
    public static final String JSON = "application/json";

    /** Media type of server-sent events. */
    public static final String EVENT_STREAM = "text/event-stream";

    private static final Pattern RANGE = Pattern.compile("[\\w!#$%&'*+.^`|~-]+/[\\w!#$%&'*+.^`|~-]+");
    private static final Pattern WEIGHT = Pattern.compile("(?=\\.?[0-9])[01]?(\\.[0-9]{0,9})?");

    /**
     * Element of the header.
     *
     * @param type in lower case
     * @param plain whether it has no parameters that our types, which have none, would not match
     */
    private record Range(String type, boolean plain, double weight) {

        /**
         * Returns how specifically it matches a media type; 0 if it does not. The most specific range applies (RFC
         * 9110).
         */
        int specificity(String offered) {
            if (type.equals(offered)) {
                return plain ? 4 : 3;
            }
            if (type.endsWith("/*") && offered.startsWith(type.substring(0, type.length() - 1))) {
                return 2;
            }
            return type.equals("*/*") ? 1 : 0;
        }
    }

    // Empty if any type is acceptable.
    private final List<Range> ranges;

    private AcceptHeader(List<Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * Returns the media types that the client of a request accepts; without the header, any.
     *
     * @throws ProblemException 400 {@code bad_accept}
     */
    public static AcceptHeader of(HttpServerRequest request) {
        return of(request.headers().getAll(HttpHeaders.ACCEPT));
    }

    static AcceptHeader of(List<String> lines) {
        List<Range> ranges = new ArrayList<>();
        for (String line : lines) {
            for (String element : HeaderList.split(line, ',')) {
                if (element.startsWith(";") || !HeaderList.isClosed(element)) {
                    throw malformed();
                }
                Range range = range(HeaderList.split(element, ';'));
                // It says that the client reads problems, nothing about other answers. Generated clients send it alone.
                if (!range.type.equals(ProblemException.MEDIA_TYPE)) {
                    ranges.add(range);
                }
            }
        }
        return new AcceptHeader(ranges);
    }

    /**
     * Returns the type that the client prefers.
     *
     * @param offered types in lower case; the first is chosen among equally preferred ones
     * @return null if the client accepts none of them
     */
    public String choose(String... offered) {
        return heaviest(List.of(offered), this::weight);
    }

    /** Returns the element with the greatest weight, the first among equal ones; null if none has a weight above 0. */
    static String heaviest(Collection<String> offered, ToDoubleFunction<String> weight) {
        String best = null;
        double greatest = 0;
        for (String each : offered) {
            double its = weight.applyAsDouble(each);
            if (its > greatest) {
                best = each;
                greatest = its;
            }
        }
        return best;
    }

    /**
     * Returns the type that the client prefers, as {@link #choose} does.
     *
     * @throws ProblemException 406 {@code not_acceptable} if the client accepts none of them
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
        if (ranges.isEmpty()) {
            return 1;
        }
        int mostSpecific = 0;
        double weight = 0;
        for (Range range : ranges) {
            int specificity = range.specificity(type);
            if (specificity > mostSpecific || specificity > 0 && specificity == mostSpecific && range.weight > weight) {
                weight = range.weight;
                mostSpecific = specificity;
            }
        }
        return weight;
    }

    private static Range range(List<String> parts) {
        // Old Java clients send * instead of */*.
        String type = parts.get(0).equals("*") ? "*/*" : parts.get(0).toLowerCase(Locale.ROOT);
        if (!RANGE.matcher(type).matches() || type.startsWith("*/") && !type.equals("*/*")) {
            throw malformed();
        }
        boolean plain = true;
        for (String parameter : parts.subList(1, parts.size())) {
            String small = parameter.toLowerCase(Locale.ROOT);
            if (small.startsWith("q=")) {
                // Anything after the weight is an extension of the header and not a parameter of the type.
                return new Range(type, plain, parseWeight(small.substring(2)));
            }
            plain &= small.equals("charset=utf-8") || small.equals("charset=\"utf-8\"");
        }
        return new Range(type, plain, 1);
    }

    private static double parseWeight(String text) {
        double weight = WEIGHT.matcher(text).matches() ? Double.parseDouble(text) : 2;
        if (weight > 1) {
            throw malformed();
        }
        return weight;
    }

    private static ProblemException malformed() {
        return ProblemException.bad("bad_accept", "Accept is not a list of media types (RFC 9110)");
    }
}
