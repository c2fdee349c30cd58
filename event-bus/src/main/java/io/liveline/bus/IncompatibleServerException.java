package io.liveline.bus;

/** A server that the bus does not work with. */
final class IncompatibleServerException extends RuntimeException {

    IncompatibleServerException(String message) {
        super(message);
    }
}
