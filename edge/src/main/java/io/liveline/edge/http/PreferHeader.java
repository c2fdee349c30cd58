package io.liveline.edge.http;

import java.time.Duration;
import java.util.Optional;

import io.liveline.edge.ProblemException;
import io.vertx.core.http.HttpServerRequest;

/** The {@code Prefer: wait=N} request header (RFC 7240): how long the server may hold a request. */
public final class PreferHeader {

    /** The longest wait that is granted; a longer one is cut to this, and {@code Preference-Applied} says so. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private PreferHeader() {}

    /**
     * The wait that is asked for, if any; if several are, the first (RFC 7240, section 2).
     *
     * @throws ProblemException 400 {@code bad_wait} when it is not a whole number of seconds from 0 to 999999
     */
    public static Optional<Duration> wait(HttpServerRequest request) {
        for (String preference : HeaderList.of(request.headers(), "Prefer")) {
            String[] pair = HeaderList.split(preference, ';').get(0).split("=", 2);
            if (pair[0].strip().equalsIgnoreCase("wait")) {
                return Optional.of(seconds(pair.length < 2 ? "" : unquoted(pair[1].strip())));
            }
        }
        return Optional.empty();
    }

    private static String unquoted(String word) {
        boolean isQuoted = word.length() > 1 && word.startsWith("\"") && word.endsWith("\"");
        return isQuoted ? word.substring(1, word.length() - 1) : word;
    }

    private static Duration seconds(String text) {
        if (!text.matches("[0-9]{1,6}")) {
            throw ProblemException.bad("bad_wait", "Prefer: wait takes a whole number of seconds, such as wait=25");
        }
        Duration asked = Duration.ofSeconds(Integer.parseInt(text));
        return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
    }
}
