package io.liveline.dashboard.counter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;

import io.liveline.edge.ProblemException;

/**
 * A change that a client asks for: of all these counters, or of none.
 *
 * @param kind what is done
 * @param key what it is remembered under
 * @param numbers what is added, 1 or more, or what is set; by the counter's name
 */
public record CounterWrite(Kind kind, String key, SortedMap<String, Long> numbers) {

    /** What can be done. */
    public enum Kind {
        /** Adds. */
        ADD,
        /** Sets. */
        SET
    }

    /** @throws ProblemException 400 {@code bad_by} */
    public CounterWrite {
        if (kind == Kind.ADD && numbers.values().stream().anyMatch(by -> by == null || by < 1)) {
            throw ProblemException.bad("bad_by", "by is a whole number, 1 or more");
        }
    }

    /** Tells a repetition from another request under the same key. */
    public String fingerprint() {
        try {
            String text = kind + " " + numbers;
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 10);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    public static ProblemException overflow(String name) {
        return new ProblemException(409, "overflow", "The counter " + name + " would leave the range of 64 bits");
    }

    public static ProblemException full(int most) {
        return new ProblemException(
                409, "too_many_counters", "There are " + most + " counters, the most that are kept");
    }

    public static ProblemException keyReused() {
        return new ProblemException(422, "key_reused", "This Idempotency-Key was used for another request");
    }

    public static ProblemException busy() {
        return new ProblemException(
                503, "busy", "Too many requests have to be remembered now", java.time.Duration.ofSeconds(5));
    }
}
