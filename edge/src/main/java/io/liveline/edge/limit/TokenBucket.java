package io.liveline.edge.limit;

import java.time.Duration;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.liveline.edge.ProblemException;
import io.micrometer.core.instrument.Counter;

/** What is left to one person, or one address, to ask for. May be used by any thread. */
public final class TokenBucket {

    static final TokenBucket UNLIMITED = new TokenBucket(null, null);

    // Null: without limit.
    private final Bucket bucket;
    private final Counter refused;

    TokenBucket(Bucket bucket, Counter refused) {
        this.bucket = bucket;
        this.refused = refused;
    }

    /**
     * Uses up one.
     *
     * @throws ProblemException 429 {@code rate_limited}, with when there is one again
     */
    public void take() {
        if (bucket == null) {
            return;
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            refused.increment();
            Duration after = Duration.ofNanos(probe.getNanosToWaitForRefill());
            throw new ProblemException(
                    429, "rate_limited", "That was too much in too short a time; try again later", after);
        }
    }

    /** Gives one back. */
    public void giveBack() {
        if (bucket != null) {
            bucket.addTokens(1);
        }
    }
}
