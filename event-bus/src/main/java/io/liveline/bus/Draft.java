package io.liveline.bus;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be published.
 *
 * @param key idempotency key, 1 to {@value #MAX_KEY_LENGTH} characters, unique within its topic: repeating it within
 *     the window (see {@link BusConfig#idempotencyWindow()}) publishes nothing and returns the first cursor
 * @param content what a repetition has in common with the first draft under its key; another content is refused with a
 *     {@link KeyReusedException}
 * @param data any text; its size in UTF-8 is bounded by {@link BusConfig#maxEventBytes()}
 */
public record Draft(Optional<String> key, String content, String data) {

    /** The longest idempotency key, in UTF-16 characters. */
    public static final int MAX_KEY_LENGTH = 256;

    private static final int FINGERPRINT_BYTES = 8;

    /** @throws IllegalArgumentException when the key is empty or too long */
    public Draft {
        Objects.requireNonNull(content);
        Objects.requireNonNull(data);
        if (key.isPresent() && (key.get().isEmpty() || key.get().length() > MAX_KEY_LENGTH)) {
            throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_KEY_LENGTH + " characters");
        }
    }

    /** A draft that may be published twice when its first answer was lost. */
    public static Draft of(String data) {
        return new Draft(Optional.empty(), "", data);
    }

    /** A draft that is published once, however often it is repeated with this data. */
    public static Draft of(String key, String data) {
        return of(key, data, data);
    }

    /**
     * A draft that is published once, however often it is repeated with this content: its data may differ otherwise.
     */
    public static Draft of(String key, String content, String data) {
        return new Draft(Optional.of(key), content, data);
    }

    /** A draft of several under one key, of which the first is published and the others are not, whatever they hold. */
    public static Draft first(String key, String data) {
        return of(key, "", data);
    }

    /** Digest of the content: 11 characters, as Redis keeps one with each key. */
    public String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, FINGERPRINT_BYTES));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
