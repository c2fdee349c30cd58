package io.liveline.bus;

import java.util.Objects;
import java.util.Optional;

/**
 * What is to be published.
 *
 * @param key idempotency key, 1 to {@value #MAX_KEY_LENGTH} characters, unique within its topic: repeating it within the window (see
 *     {@link BusConfig#idempotencyWindow()}) publishes nothing and returns the first cursor
 * @param data any text; its size in UTF-8 is bounded by {@link BusConfig#maxEventBytes()}
 */
public record Draft(Optional<String> key, String data) {

    /** The longest idempotency key, in UTF-16 characters. */
    public static final int MAX_KEY_LENGTH = 256;

    /** @throws IllegalArgumentException when the key is empty or too long */
    public Draft {
        Objects.requireNonNull(data);
        if (key.isPresent() && (key.get().isEmpty() || key.get().length() > MAX_KEY_LENGTH)) {
            throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_KEY_LENGTH + " characters");
        }
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
