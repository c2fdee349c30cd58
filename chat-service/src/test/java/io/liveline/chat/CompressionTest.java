package io.liveline.chat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Test of compression, and of cache validation of compressed files. */
@QuarkusTest
class CompressionTest {

    @TestHTTPResource
    URI base;

    /** Read from the page, so that no added file is missed. */
    static List<String> files() throws IOException {
        try (InputStream list =
                Thread.currentThread().getContextClassLoader().getResourceAsStream("io/liveline/web/files")) {
            List<String> files = new ArrayList<>(new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
            files.remove("vendor/uplot/LICENSE");
            assertTrue(files.contains("index.html") && files.size() > 40, files.toString());
            return files;
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileOfThePageIsSentAsCompressedByTheBuild(String file) throws Exception {
        HttpResponse<byte[]> plain = get("/" + file);
        HttpResponse<byte[]> gzip = get("/" + file, "Accept-Encoding", "gzip");
        HttpResponse<byte[]> brotli = get("/" + file, "Accept-Encoding", "gzip, deflate, br");

        assertEquals(200, plain.statusCode());
        assertEquals("", header(plain, "Content-Encoding"));
        assertEquals("gzip", header(gzip, "Content-Encoding"));
        assertEquals("br", header(brotli, "Content-Encoding"));
        assertArrayEquals(plain.body(), unzipped(gzip.body()));
        assertTrue(brotli.body().length < plain.body().length);
        Set<String> tags = new HashSet<>();
        for (HttpResponse<byte[]> answer : List.of(plain, gzip, brotli)) {
            assertTrue(
                    answer.headers().allValues("Vary").contains("accept-encoding"),
                    answer.headers().toString());
            assertEquals("no-cache", header(answer, "Cache-Control"));
            assertEquals(header(plain, "Content-Type"), header(answer, "Content-Type"));
            assertTrue(tags.add(header(answer, "ETag")), "each has a tag of its own");
        }
        assertTrue(tags.stream().allMatch(tag -> tag.matches("\"[\\w-]{22}\"")), tags.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip", "br"})
    void aCachedFileIsValidatedByItsContentAndNotByATime(String coding) throws Exception {
        String tag = header(get("/app.js", "Accept-Encoding", coding), "ETag");
        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<byte[]> answer = get("/app.js", "Accept-Encoding", coding, "If-None-Match", known);
            assertEquals(304, answer.statusCode(), known);
            assertEquals(tag, header(answer, "ETag"));
            assertEquals(0, answer.body().length);
        }
        assertEquals(
                200,
                get("/app.js", "Accept-Encoding", coding, "If-None-Match", "\"other\"")
                        .statusCode());
        // All files of a reproducible build have the same time, so an unchanged time does not mean that a cached file
        // is current.
        HttpResponse<byte[]> later =
                get("/app.js", "Accept-Encoding", coding, "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT");
        assertEquals(200, later.statusCode());
        assertEquals("", header(later, "Last-Modified"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/lab/", "/lab/index.html"})
    void thePagesThemselvesAreFound(String path) throws Exception {
        HttpResponse<byte[]> page = get(path, "Accept-Encoding", "gzip");
        assertEquals("text/html;charset=UTF-8", header(page, "Content-Type"));
        assertTrue(new String(unzipped(page.body()), StandardCharsets.UTF_8).contains("<html"));
        HttpResponse<byte[]> head = send("HEAD", path, "Accept-Encoding", "gzip");
        assertEquals(0, head.body().length);
        assertEquals(String.valueOf(page.body().length), header(head, "Content-Length"));
        assertEquals(header(page, "ETag"), header(head, "ETag"));
    }

    @Test
    void aPageOfHistoryIsCompressedFromOneKilobyte() throws Exception {
        String room = "/rooms/compressed/messages";
        post(room, "1", "short");
        HttpResponse<byte[]> small = get(room, "Accept-Encoding", "gzip");
        assertEquals("", header(small, "Content-Encoding"));

        post(room, "2", "long ".repeat(1000));
        HttpResponse<byte[]> large = get(room, "Accept-Encoding", "gzip, br");
        assertEquals("gzip", header(large, "Content-Encoding"));
        assertEquals("application/json", header(large, "Content-Type").split(";")[0]);
        assertTrue(large.body().length < 1000);
        assertTrue(large.headers().allValues("Vary").containsAll(List.of("Origin", "Accept-Encoding")));
        JsonObject page = new JsonObject(new String(unzipped(large.body()), StandardCharsets.UTF_8));
        assertEquals(
                page,
                new JsonObject(new String(get(room).body(), StandardCharsets.UTF_8)),
                "what is there without compression");
        assertEquals("", header(get(room, "Accept-Encoding", "gzip;q=0"), "Content-Encoding"));
    }

    @Test
    void streamsAreNotCompressed() {
        post("/rooms/stream/messages", "1", "long ".repeat(1000));
        HttpResponse<InputStream> stream = WebSocketTestClient.HTTP
                .sendAsync(
                        HttpRequest.newBuilder(base.resolve("/rooms/stream/messages?after=other-1"))
                                .header("Accept", "text/event-stream")
                                .header("Accept-Encoding", "gzip, br")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .join();
        try (InputStream body = stream.body()) {
            assertFalse(stream.headers().firstValue("Content-Encoding").isPresent());
            assertTrue(body.read() >= 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void post(String room, String id, String text) {
        String body = new JsonObject().put("text", text).encode();
        assertEquals(
                201,
                WebSocketTestClient.http(base, "POST", room + "?name=ann", body, "Idempotency-Key", id)
                        .statusCode());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return send("GET", path, headers);
    }

    private HttpResponse<byte[]> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return WebSocketTestClient.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static byte[] unzipped(byte[] gzip) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        }
    }
}
