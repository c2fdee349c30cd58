package io.liveline.edge.auth;

import io.liveline.edge.ProblemException;
import io.vertx.ext.web.RoutingContext;

/**
 * Whoever is behind a request or a connection.
 *
 * @param person null for a guest who has said no name, and may look but not act
 * @param rights what they may do
 * @param account whose limits are used up by what they do
 * @param expiresMillis until when this holds, milliseconds since 1970; {@link #NEVER} for guests
 * @param knownUntilMillis until when it is taken without being verified again, by
 *     {@link io.liveline.bus.support.MonotonicClock}; {@link #NEVER} for guests
 */
public record Caller(Person person, Permissions rights, String account, long expiresMillis, long knownUntilMillis) {

    /** Does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final String KEY = "liveline.caller";

    /**
     * A guest.
     *
     * @param person null when no name was said
     * @param address where from: names are free, so a guest's limits are those of the name at an address
     */
    public static Caller guest(Person person, String address) {
        String account = person == null ? address : person.user() + " " + address;
        return new Caller(person, Permissions.GUEST, account, NEVER, NEVER);
    }

    /**
     * Who was found to be behind this request.
     *
     * @throws ProblemException 401 {@code unauthorized} when nobody was: a route that was reached past
     *     {@code RequestGate} stays shut
     */
    public static Caller of(RoutingContext context) {
        Caller caller = context.get(KEY);
        if (caller == null) {
            throw ProblemException.unauthorized("unauthorized", "Send a token", "Bearer");
        }
        return caller;
    }

    /** Has later handlers of this request find this caller behind it. */
    public void enter(RoutingContext context) {
        context.put(KEY, this);
    }

    /**
     * The person, to act for.
     *
     * @throws ProblemException 401 {@code who_are_you} when no name was said
     */
    public Person acting() {
        if (person == null) {
            throw ProblemException.unauthorized(
                    "who_are_you", "Say who you are: add ?name=… to the address", "Guest parameter=\"name\"");
        }
        return person;
    }

    /** Whether it holds no longer. */
    public boolean isExpired(long nowMillis) {
        return nowMillis >= expiresMillis;
    }

    /** What somebody is told whose token ran out. */
    public static ProblemException expired() {
        return ProblemException.unauthorized(
                "token_expired",
                "The token has expired; send a new one",
                "Bearer error=\"invalid_token\", error_description=\"The token has expired\"");
    }
}
