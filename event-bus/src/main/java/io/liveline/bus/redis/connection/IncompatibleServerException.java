package io.liveline.bus.redis.connection;

/** Rejection of a server that does not meet the requirements of the bus. */
public final class IncompatibleServerException extends RuntimeException {

    IncompatibleServerException(String message) {
        super(message);
    }
}
