package io.liveline.bus;

import java.util.Objects;
import java.util.Optional;

/**
 * What is to be published.
 *
 * @param key idempotency key, unique within its topic: repeating it within the window (see
 *     {@link BusConfig#idempotencyWindow()}) publishes nothing and returns the first cursor
 * @param data any text; its size in UTF-8 is bounded by {@link BusConfig#maxEventBytes()}
 */
public record Draft(Optional<String> key, String data) {

    /** Nothing is missing. */
    public Draft {
        Objects.requireNonNull(key);
        Objects.requireNonNull(data);
    }

    /** A draft that may be published twice when its first answer was lost. */
    public static Draft of(String data) {
        return new Draft(Optional.empty(), data);
    }

    /** A draft that is published once, however often it is repeated. */
    public static Draft of(String key, String data) {
        return new Draft(Optional.of(key), data);
    }
}
