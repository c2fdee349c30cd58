package io.liveline.bus.support;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Digests as text. */
public final class Digest {

    private Digest() {}

    /** Returns the first bytes of the SHA-256 digest, at most 32, in Base64 for URLs without padding. */
    public static String sha256(byte[] content, int bytes) {
        byte[] digest = Arrays.copyOf(digest("SHA-256", content), bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    /** Returns the SHA-1 digest in hexadecimal digits, by which Redis names scripts. */
    public static String sha1(String text) {
        return HexFormat.of().formatHex(digest("SHA-1", text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] digest(String algorithm, byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
