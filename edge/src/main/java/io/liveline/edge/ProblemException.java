package io.liveline.edge;

import java.time.Duration;
import java.util.Optional;

/**
 * A refusal that a client can act on: over HTTP an {@code application/problem+json} document (RFC 9457), on a socket an
 * {@code error} frame. Nothing was changed when it is thrown.
 */
public final class ProblemException extends RuntimeException {

    private final int status;
    private final String code;
    private final Duration retryAfter;
    private final String challenge;

    /**
     * @param status HTTP status, 400 to 599
     * @param code stable name for programs, such as {@code bad_cursor}
     * @param detail for people; may be shown to the client, so it repeats no secret and no unbounded input
     */
    public ProblemException(int status, String code, String detail) {
        this(status, code, detail, null);
    }

    /** @param retryAfter when trying again makes sense; told in whole seconds, rounded up */
    public ProblemException(int status, String code, String detail, Duration retryAfter) {
        this(status, code, detail, retryAfter, null);
    }

    private ProblemException(int status, String code, String detail, Duration retryAfter, String challenge) {
        // A refusal is an answer, not a fault of ours: a stack trace would cost more than the rest of the request.
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
        this.challenge = challenge;
    }

    /** 400: the request cannot be understood, or holds a value that is out of its range. */
    public static ProblemException bad(String code, String detail) {
        return new ProblemException(400, code, detail);
    }

    /**
     * 401: who is asking is not known, or not any more.
     *
     * @param challenge the {@code WWW-Authenticate} header (RFC 6750)
     */
    public static ProblemException unauthorized(String code, String detail, String challenge) {
        return new ProblemException(401, code, detail, null, challenge);
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** Stable name for programs. */
    public String code() {
        return code;
    }

    /** When trying again makes sense. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** How to say who one is: the {@code WWW-Authenticate} header. */
    Optional<String> challenge() {
        return Optional.ofNullable(challenge);
    }
}
