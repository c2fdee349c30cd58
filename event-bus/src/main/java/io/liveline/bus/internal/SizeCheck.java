package io.liveline.bus.internal;

import java.nio.charset.StandardCharsets;

/** Check of the size of a text in UTF-8. */
public final class SizeCheck {

    private SizeCheck() {}

    /**
     * Checks a text.
     *
     * @param name name of the text in the message of the exception
     * @throws IllegalArgumentException if the text is larger than the limit
     */
    public static void check(String name, String text, int maxBytes) {
        // A UTF-16 character takes at most three bytes of UTF-8, so most texts need no encoding.
        if (text.length() * 3L <= maxBytes) {
            return;
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new IllegalArgumentException(name + " of " + bytes + " bytes exceeds the limit of " + maxBytes);
        }
    }
}
