package io.liveline.bus.table;

import java.util.Map;
import java.util.Optional;

import io.liveline.bus.support.UnicodeText;
import io.vertx.core.json.JsonObject;

/**
 * Change of one key of a table. As an event it is {@code {"key": …, "value": …}}.
 *
 * @param key any text of at most {@value #MAX_KEY_LENGTH} characters
 * @param value new value; empty if the key is removed
 */
public record TableChange(String key, Optional<String> value) {

    /** Maximum length of a key, in UTF-16 characters. */
    public static final int MAX_KEY_LENGTH = 256;

    /** @throws IllegalArgumentException if the key is too long, or a text contains half of a surrogate pair */
    public TableChange {
        if (key.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("A key must have at most " + MAX_KEY_LENGTH + " characters");
        }
        // Encoded as UTF-8, halves of surrogate pairs all become the same character: keys would coincide.
        if (!UnicodeText.isWellFormed(key)
                || !value.map(UnicodeText::isWellFormed).orElse(true)) {
            throw new IllegalArgumentException("Keys and values must be well-formed Unicode text");
        }
    }

    /** Decodes the data of an event. */
    public static TableChange decode(String data) {
        JsonObject change = new JsonObject(data);
        return new TableChange(change.getString("key"), Optional.ofNullable(change.getString("value")));
    }

    /** Encodes the data of an event. */
    public String encode() {
        JsonObject change = new JsonObject().put("key", key);
        value.ifPresent(text -> change.put("value", text));
        return change.encode();
    }

    /** Applies the change to a copy of the table. */
    public void applyTo(Map<String, String> entries) {
        value.ifPresentOrElse(text -> entries.put(key, text), () -> entries.remove(key));
    }
}
