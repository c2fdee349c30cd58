package io.liveline.bus.redis.connection;

/** A server that the bus does not work with. */
public final class IncompatibleServerException extends RuntimeException {

    IncompatibleServerException(String message) {
        super(message);
    }
}
