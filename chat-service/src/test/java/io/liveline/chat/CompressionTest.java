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

import static org.assertj.core.api.Assertions.assertThat;

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
            assertThat(files).contains("index.html").hasSizeGreaterThan(40);
            return files;
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileOfThePageIsSentAsCompressedByTheBuild(String file) throws Exception {
        HttpResponse<byte[]> plain = get("/" + file);
        HttpResponse<byte[]> gzip = get("/" + file, "Accept-Encoding", "gzip");
        HttpResponse<byte[]> brotli = get("/" + file, "Accept-Encoding", "gzip, deflate, br");

        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(header(gzip, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(brotli, "Content-Encoding")).isEqualTo("br");
        assertThat(unzipped(gzip.body())).isEqualTo(plain.body());
        assertThat(brotli.body().length).isLessThan(plain.body().length);
        Set<String> tags = new HashSet<>();
        for (HttpResponse<byte[]> answer : List.of(plain, gzip, brotli)) {
            assertThat(answer.headers().allValues("Vary"))
                    .as(answer.headers().toString())
                    .contains("accept-encoding");
            assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
            assertThat(header(answer, "Content-Type")).isEqualTo(header(plain, "Content-Type"));
            assertThat(tags.add(header(answer, "ETag")))
                    .as("each has a tag of its own")
                    .isTrue();
        }
        assertThat(tags).allMatch(tag -> tag.matches("\"[\\w-]{22}\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip", "br"})
    void aCachedFileIsValidatedByItsContentAndNotByATime(String coding) throws Exception {
        String tag = header(get("/app.js", "Accept-Encoding", coding), "ETag");
        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<byte[]> answer = get("/app.js", "Accept-Encoding", coding, "If-None-Match", known);
            assertThat(answer.statusCode()).as(known).isEqualTo(304);
            assertThat(header(answer, "ETag")).isEqualTo(tag);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(get("/app.js", "Accept-Encoding", coding, "If-None-Match", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
        // All files of a reproducible build have the same time, so an unchanged time does not mean that a cached file
        // is current.
        HttpResponse<byte[]> later =
                get("/app.js", "Accept-Encoding", coding, "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT");
        assertThat(later.statusCode()).isEqualTo(200);
        assertThat(header(later, "Last-Modified")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/lab/", "/lab/index.html"})
    void thePagesThemselvesAreFound(String path) throws Exception {
        HttpResponse<byte[]> page = get(path, "Accept-Encoding", "gzip");
        assertThat(header(page, "Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(new String(unzipped(page.body()), StandardCharsets.UTF_8)).contains("<html");
        HttpResponse<byte[]> head = send("HEAD", path, "Accept-Encoding", "gzip");
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo(String.valueOf(page.body().length));
        assertThat(header(head, "ETag")).isEqualTo(header(page, "ETag"));
    }

    @Test
    void aPageOfHistoryIsCompressedFromOneKilobyte() throws Exception {
        String room = "/rooms/compressed/messages";
        post(room, "1", "short");
        HttpResponse<byte[]> small = get(room, "Accept-Encoding", "gzip");
        assertThat(header(small, "Content-Encoding")).isEmpty();

        post(room, "2", "long ".repeat(1000));
        HttpResponse<byte[]> large = get(room, "Accept-Encoding", "gzip, br");
        assertThat(header(large, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(large, "Content-Type").split(";")[0]).isEqualTo("application/json");
        assertThat(large.body().length).isLessThan(1000);
        assertThat(large.headers().allValues("Vary")).containsAll(List.of("Origin", "Accept-Encoding"));
        JsonObject page = new JsonObject(new String(unzipped(large.body()), StandardCharsets.UTF_8));
        assertThat(new JsonObject(new String(get(room).body(), StandardCharsets.UTF_8)))
                .as("what is there without compression")
                .isEqualTo(page);
        assertThat(header(get(room, "Accept-Encoding", "gzip;q=0"), "Content-Encoding"))
                .isEmpty();
    }

    @Test
    void streamsAreNotCompressed() {
        post("/rooms/stream/messages", "1", "long ".repeat(1000));
        HttpResponse<InputStream> stream = HttpTestClient.HTTP
                .sendAsync(
                        HttpRequest.newBuilder(base.resolve("/rooms/stream/messages?after=other-1"))
                                .header("Accept", "text/event-stream")
                                .header("Accept-Encoding", "gzip, br")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .join();
        try (InputStream body = stream.body()) {
            assertThat(stream.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(body.read()).isGreaterThanOrEqualTo(0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void post(String room, String id, String text) {
        String body = new JsonObject().put("text", text).encode();
        assertThat(HttpTestClient.send(base, "POST", room + "?name=ann", body, "Idempotency-Key", id)
                        .statusCode())
                .isEqualTo(201);
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
        return HttpTestClient.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
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
