package io.liveline.bus;

/**
 * Failure of a bus that did not answer in time or is at capacity. A publish may or may not have taken effect: repeat
 * it with the same idempotency key.
 */
public final class BusUnavailableException extends RuntimeException {

    public BusUnavailableException(String message) {
        super(message);
    }

    public static BusUnavailableException tooManyTopics(BusConfig config) {
        return new BusUnavailableException("The limit of " + config.maxTopics() + " topics is reached");
    }

    public BusUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
