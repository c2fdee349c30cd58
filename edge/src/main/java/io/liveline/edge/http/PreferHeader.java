package io.liveline.edge.http;

import java.time.Duration;
import java.util.Optional;

import io.liveline.edge.ProblemException;
import io.vertx.core.http.HttpServerRequest;

/** {@code Prefer: wait=N} request header (RFC 7240): the time for which the server may hold a request. */
public final class PreferHeader {

    /** Maximum wait. A longer one is reduced to this, and {@code Preference-Applied} states it. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private PreferHeader() {}

    /**
     * Returns the requested wait, if any. Of several, the first applies (RFC 7240, section 2).
     *
     * @throws ProblemException 400 {@code bad_wait} if it is not a whole number of seconds from 0 to 999999
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
        Duration requested = Duration.ofSeconds(Integer.parseInt(text));
        return requested.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : requested;
    }
}
