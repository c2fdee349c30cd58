package io.liveline.services.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Test of the number of files of the page and of their size as the build compresses them: on a slow connection, requests
 * and bytes are what a user waits for. The limits are a tenth above what the page had when they were written.
 */
class PageSizeTest {

    private static final int MAX_FILES = 66;
    private static final int MAX_BYTES = 150_000;

    @Test
    void thePageStaysSmall() throws IOException {
        List<String> files =
                new String(read("files"), StandardCharsets.UTF_8).lines().toList();
        int bytes = 0;
        for (String file : files) {
            bytes += read(file + ".gz").length;
        }

        assertThat(files).hasSizeBetween(MAX_FILES / 2, MAX_FILES);
        assertThat(bytes).isBetween(MAX_BYTES / 2, MAX_BYTES);
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = PageSizeTest.class.getResourceAsStream("/io/liveline/web/" + name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}
