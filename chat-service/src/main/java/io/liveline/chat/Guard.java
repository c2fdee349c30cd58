package io.liveline.chat;

import jakarta.inject.Singleton;

import io.liveline.edge.Caller;
import io.liveline.edge.Identity;
import io.liveline.edge.RateLimits;
import io.vertx.core.Future;

/** Watches over those who are connected: requests are looked at as they come in, frames have to be one by one. */
@Singleton
final class Guard {

    private final Identity identity;
    private final RateLimits limits;

    Guard(Identity identity, RateLimits limits) {
        this.identity = identity;
        this.limits = limits;
    }

    /**
     * Counts a frame, with all else that its sender asks for.
     *
     * @throws io.liveline.edge.Problem 429 {@code rate_limited}
     */
    void count(Caller caller) {
        limits.person(caller).take();
    }

    /** The same person with another token; fails as requests with such a token do. */
    Future<Caller> renew(Caller caller, String token) {
        return identity.renew(caller, token);
    }
}
