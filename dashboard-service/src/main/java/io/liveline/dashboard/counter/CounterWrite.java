package io.liveline.dashboard.counter;

import java.time.Duration;
import java.util.SortedMap;

import io.liveline.bus.support.Digest;
import io.liveline.edge.ProblemException;

/**
 * Atomic change of one or more counters, requested by a client.
 *
 * @param kind operation
 * @param key key under which the answer is stored
 * @param numbers amounts to add, 1 or more each, or values to set, by counter name
 */
public record CounterWrite(Kind kind, String key, SortedMap<String, Long> numbers) {

    /** Operation on a counter. */
    public enum Kind {
        /** Addition to the current value. */
        ADD,
        /** Assignment of a value. */
        SET
    }

    /** @throws ProblemException 400 {@code bad_by} */
    public CounterWrite {
        if (kind == Kind.ADD && numbers.values().stream().anyMatch(by -> by == null || by < 1)) {
            throw ProblemException.bad("bad_by", "by is a whole number, 1 or more");
        }
    }

    /** Returns a digest of the request, which distinguishes a repetition from another request under the same key. */
    public String fingerprint() {
        return Digest.sha1(kind + " " + numbers).substring(0, 20);
    }

    public static ProblemException overflow(String name) {
        return new ProblemException(409, "overflow", "The counter " + name + " would leave the range of 64 bits");
    }

    public static ProblemException full(int most) {
        return new ProblemException(409, "too_many_counters", "The maximum of " + most + " counters is reached");
    }

    public static ProblemException keyReused() {
        return new ProblemException(422, "key_reused", "This Idempotency-Key was already used for a different request");
    }

    public static ProblemException busy() {
        return new ProblemException(
                503, "busy", "Too many requests within the idempotency window; try again later", Duration.ofSeconds(5));
    }
}
