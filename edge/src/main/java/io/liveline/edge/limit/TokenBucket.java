package io.liveline.edge.limit;

import java.time.Duration;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.liveline.edge.ProblemException;
import io.micrometer.core.instrument.Counter;

/** Token bucket of one person or one address. Thread-safe. */
public final class TokenBucket {

    static final TokenBucket UNLIMITED = new TokenBucket(null, null);

    // Null for no limit.
    private final Bucket bucket;
    private final Counter refused;

    TokenBucket(Bucket bucket, Counter refused) {
        this.bucket = bucket;
        this.refused = refused;
    }

    /**
     * Takes one token.
     *
     * @throws ProblemException 429 {@code rate_limited}, with the time until the next token
     */
    public void take() {
        if (bucket == null) {
            return;
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            refused.increment();
            Duration after = Duration.ofNanos(probe.getNanosToWaitForRefill());
            throw new ProblemException(429, "rate_limited", "Too many requests; try again later", after);
        }
    }

    /** Puts one token back. */
    public void putBack() {
        if (bucket != null) {
            bucket.addTokens(1);
        }
    }
}
