package io.liveline.bus;

/**
 * The bus did not answer in time or has too much to do. Whether a publish took effect is then not known: repeat it
 * with the same idempotency key.
 */
public final class BusUnavailableException extends RuntimeException {

    BusUnavailableException(String message) {
        super(message);
    }

    BusUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
