package io.liveline.edge.auth;

import io.liveline.edge.ProblemException;
import io.vertx.ext.web.RoutingContext;

/**
 * Authenticated client of a request or a connection.
 *
 * @param person null for a guest without a name, who may read but not write
 * @param rights permissions of the caller
 * @param account key of the rate limits that the caller uses up
 * @param expiresMillis time of expiry, milliseconds since 1970; {@link #NEVER} for guests
 * @param knownUntilMillis time until which the caller is accepted without another verification, on the {@link
 *     io.liveline.bus.support.MonotonicClock}; {@link #NEVER} for guests
 */
public record Caller(Person person, Permissions rights, String account, long expiresMillis, long knownUntilMillis) {

    /** Expiry of a caller that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final String KEY = "liveline.caller";

    /**
     * Returns a guest.
     *
     * @param person null if the client gave no name
     * @param address address of the client: anyone can use any name, so the limits of a guest are those of the name at
     *     an address
     */
    public static Caller guest(Person person, String address) {
        String account = person == null ? address : person.user() + " " + address;
        return new Caller(person, Permissions.GUEST, account, NEVER, NEVER);
    }

    /**
     * Returns the caller of a request.
     *
     * @throws ProblemException 401 {@code unauthorized} if there is none, so that a route that bypasses {@code
     *     RequestGate} stays closed
     */
    public static Caller of(RoutingContext context) {
        Caller caller = context.get(KEY);
        if (caller == null) {
            throw ProblemException.unauthorized("unauthorized", "Send a token", "Bearer");
        }
        return caller;
    }

    /** Makes this the caller of a request for later handlers. */
    public void enter(RoutingContext context) {
        context.put(KEY, this);
    }

    /**
     * Returns the person, whom some actions need.
     *
     * @throws ProblemException 401 {@code who_are_you} if the client gave no name
     */
    public Person requirePerson() {
        if (person == null) {
            throw ProblemException.unauthorized(
                    "who_are_you", "Your name is missing: add ?name=… to the address", "Guest parameter=\"name\"");
        }
        return person;
    }

    /** Returns whether the token of this caller has expired. */
    public boolean isExpired(long nowMillis) {
        return nowMillis >= expiresMillis;
    }

    /** Returns the problem for an expired token. */
    public static ProblemException expired() {
        return ProblemException.unauthorized(
                "token_expired",
                "The token has expired; send a new one",
                "Bearer error=\"invalid_token\", error_description=\"The token has expired\"");
    }
}
