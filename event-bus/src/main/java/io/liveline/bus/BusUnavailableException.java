package io.liveline.bus;

/**
 * The bus did not answer in time or has too much to do. Whether a publish took effect is then not known: repeat it
 * with the same idempotency key.
 */
public final class BusUnavailableException extends RuntimeException {

    public BusUnavailableException(String message) {
        super(message);
    }

    public static BusUnavailableException tooManyTopics(BusConfig config) {
        return new BusUnavailableException("The bus has its limit of " + config.maxTopics() + " topics here");
    }

    public BusUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
