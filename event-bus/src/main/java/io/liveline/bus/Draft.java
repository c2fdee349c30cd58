package io.liveline.bus;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

import io.liveline.bus.support.Digest;

/**
 * An event to publish.
 *
 * @param key idempotency key, 1 to {@value #MAX_KEY_LENGTH} characters, unique within its topic: repeating it within
 *     the window (see {@link BusConfig#idempotencyWindow()}) publishes nothing and returns the first cursor
 * @param content content that a repetition must share with the first draft under its key; a different content is
 *     rejected with a {@link KeyReusedException}
 * @param data data of the event, any text; its size in UTF-8 is limited by {@link BusConfig#maxEventBytes()}
 */
public record Draft(Optional<String> key, String content, String data) {

    /** Maximum length of an idempotency key, in UTF-16 characters. */
    public static final int MAX_KEY_LENGTH = 256;

    private static final int FINGERPRINT_BYTES = 8;

    /** @throws IllegalArgumentException if the key is empty or too long */
    public Draft {
        Objects.requireNonNull(content);
        Objects.requireNonNull(data);
        if (key.isPresent() && (key.get().isEmpty() || key.get().length() > MAX_KEY_LENGTH)) {
            throw new IllegalArgumentException("An idempotency key must have 1 to " + MAX_KEY_LENGTH + " characters");
        }
    }

    /** Returns a draft without an idempotency key: a retry after a lost answer may publish it twice. */
    public static Draft of(String data) {
        return new Draft(Optional.empty(), "", data);
    }

    /** Returns a draft that is published once, however often it is repeated with this data. */
    public static Draft of(String key, String data) {
        return of(key, data, data);
    }

    /**
     * Returns a draft that is published once, however often it is repeated with this content; the rest of its data may
     * differ.
     */
    public static Draft of(String key, String content, String data) {
        return new Draft(Optional.of(key), content, data);
    }

    /** Returns a draft that is published only if it is the first under its key, whatever the other drafts contain. */
    public static Draft first(String key, String data) {
        return of(key, "", data);
    }

    /** Returns a digest of the content. It has 11 characters, because Redis keeps one with each key. */
    public String fingerprint() {
        return Digest.sha256(content.getBytes(StandardCharsets.UTF_8), FINGERPRINT_BYTES);
    }
}
