package io.liveline.edge;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Prefer: wait=N} request header (RFC 7240): how long the server may hold a request. */
public final class Prefer {

    /** The longest wait that is granted; a longer one is cut to this, and {@code Preference-Applied} says so. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private static final Pattern WAIT = Pattern.compile("\\s*wait\\s*=\\s*\"?([^\";,]*)\"?\\s*(?:;.*)?");

    private Prefer() {}

    /**
     * The wait that is asked for, if any.
     *
     * @param header the header's value, may be null; other preferences in it are passed over
     * @throws Problem 400 {@code bad_wait} when it is not a whole number of seconds from 0 to 999999
     */
    public static Optional<Duration> wait(String header) {
        if (header == null) {
            return Optional.empty();
        }
        for (String preference : header.split(",", 16)) {
            Matcher matcher = WAIT.matcher(preference);
            if (matcher.matches()) {
                return Optional.of(seconds(matcher.group(1).strip()));
            }
        }
        return Optional.empty();
    }

    private static Duration seconds(String text) {
        if (!text.matches("[0-9]{1,6}")) {
            throw Problem.bad("bad_wait", "Prefer: wait takes a whole number of seconds, such as wait=25");
        }
        Duration asked = Duration.ofSeconds(Integer.parseInt(text));
        return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
    }
}
