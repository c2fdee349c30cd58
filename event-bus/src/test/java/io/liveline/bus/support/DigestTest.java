package io.liveline.bus.support;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The digests of "abc" from FIPS 180-2, appendix A and B. Replicas of several versions share what contains digests. */
class DigestTest {

    @Test
    void sha1IsHexadecimal() {
        assertThat(Digest.sha1("abc")).isEqualTo("a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    @Test
    void sha256IsBase64ForUrlsWithoutPadding() {
        byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
        assertThat(Digest.sha256(abc, 32)).isEqualTo("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
        assertThat(Digest.sha256(abc, 8)).isEqualTo("ungWv48Bz-o");
    }

    @Test
    void textsAreDigestedInUtf8() {
        assertThat(Digest.sha1("é")).isNotEqualTo(Digest.sha1("?"));
    }
}
