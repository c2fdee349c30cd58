package io.liveline.edge;

import java.time.Duration;
import java.util.Optional;

/**
 * Rejection of a request that a client can act on: over HTTP an {@code application/problem+json} document (RFC 9457),
 * on a WebSocket an {@code error} frame. A request that is rejected has changed nothing.
 */
public final class ProblemException extends RuntimeException {

    /** Media type of problems (RFC 9457). */
    public static final String MEDIA_TYPE = "application/problem+json";

    private final int status;
    private final String code;
    private final Duration retryAfter;
    private final String challenge;

    /**
     * @param status HTTP status, 400 to 599
     * @param code stable identifier for programs, such as {@code bad_cursor}
     * @param detail text for people; it is shown to the client, so it contains no secret and no unbounded input
     */
    public ProblemException(int status, String code, String detail) {
        this(status, code, detail, null);
    }

    /** @param retryAfter time after which the client may try again; sent in whole seconds, rounded up */
    public ProblemException(int status, String code, String detail, Duration retryAfter) {
        this(status, code, detail, retryAfter, null);
    }

    private ProblemException(int status, String code, String detail, Duration retryAfter, String challenge) {
        // Without a stack trace: a rejection is no fault of the service, and the trace would cost more than the rest of
        // the request.
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
        this.challenge = challenge;
    }

    /** Returns a 400: the request is malformed, or a value is out of range. */
    public static ProblemException bad(String code, String detail) {
        return new ProblemException(400, code, detail);
    }

    /**
     * Returns a 401: the client is not authenticated, or no longer.
     *
     * @param challenge value of the {@code WWW-Authenticate} header (RFC 6750)
     */
    public static ProblemException unauthorized(String code, String detail, String challenge) {
        return new ProblemException(401, code, detail, null, challenge);
    }

    /** Returns a 503 {@code unavailable}: what the request needs does not answer now. */
    public static ProblemException unavailable(String detail, Duration retryAfter) {
        return new ProblemException(503, "unavailable", detail, retryAfter);
    }

    /** Returns a 503 {@code full}: a limit of this replica or of its store is reached. */
    public static ProblemException full(String detail, Duration retryAfter) {
        return new ProblemException(503, "full", detail, retryAfter);
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** Returns the stable identifier for programs. */
    public String code() {
        return code;
    }

    /** Returns the time after which the client may try again. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Returns the {@code WWW-Authenticate} header, which says how to authenticate. */
    Optional<String> challenge() {
        return Optional.ofNullable(challenge);
    }
}
