package io.liveline.services.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.liveline.services.support.DocumentedOperation;
import io.liveline.services.support.Http2Settings;
import io.liveline.services.support.RawHttp;
import io.liveline.services.support.RawRequest;
import io.liveline.services.support.Service;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of RFC 9110 (semantics), 9112 (HTTP/1.1), 9113 (HTTP/2), 6455 (WebSocket) and 7240 (Prefer), rule by rule. */
class HttpSemanticsIT {

    private static final String LONG = "x".repeat(5_000);

    private static Service suite;

    @BeforeAll
    static void start() {
        suite = Service.start("services", Map.of());
        suite.send("PUT", "/counters/steady", "{\"value\":1}");
        // More than one kilobyte of counters, people and messages.
        for (int i = 0; i < 10; i++) {
            String name = "x".repeat(60) + i;
            suite.send("PUT", "/counters/" + name.repeat(2), "{\"value\":1}");
            suite.send("PUT", "/rooms/full/presence?name=" + name, null);
            suite.send(
                    "POST",
                    "/rooms/full/messages?name=ann",
                    new JsonObject().put("text", name.repeat(5)).encode(),
                    "Idempotency-Key",
                    "id" + i);
        }
    }

    @AfterAll
    static void stop() {
        suite.close();
    }

    @ParameterizedTest
    @MethodSource("io.liveline.services.http.HttpRule#all")
    void anAnswerFollowsTheRule(HttpRule rule) {
        RawHttp.Answer answer = exchange(filled(rule.request()));

        assertThat(answer.status()).as(answer.body()).isEqualTo(Integer.parseInt(rule.expected()[0]));
        assertCommon(answer, rule.request().startsWith("HEAD"));
        for (String expected : List.of(rule.expected()).subList(1, rule.expected().length)) {
            if (expected.startsWith("!")) {
                assertThat(answer.headers()).doesNotContainKey(expected.substring(1));
            } else if (expected.startsWith("code=")) {
                assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(expected.substring(5));
            } else {
                String[] header = filled(expected).split(": ", 2);
                assertThat(answer.header(header[0])).as(header[0]).startsWith(header[1]);
            }
        }
    }

    /** Checks what every answer has in common. */
    private static void assertCommon(RawHttp.Answer answer, boolean isHead) {
        ZonedDateTime date = ZonedDateTime.parse(answer.header("date"), DateTimeFormatter.RFC_1123_DATE_TIME);
        assertThat(Duration.between(date, ZonedDateTime.now()).abs()).isLessThan(Duration.ofMinutes(1));
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        if (answer.status() >= 400) {
            assertThat(answer.header("content-type")).startsWith("application/problem+json");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            if (!isHead) {
                assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(answer.status());
            }
        }
    }

    private static String filled(String text) {
        return text.contains("${")
                ? text.replace(
                                "${full}",
                                new JsonObject(suite.get("/rooms/full/messages").body()).getString("start"))
                        .replace(
                                "${presence}",
                                suite.get("/rooms/a/presence")
                                        .headers()
                                        .firstValue("ETag")
                                        .orElseThrow())
                        .replace(
                                "${counters}",
                                suite.get("/counters?names=steady")
                                        .headers()
                                        .firstValue("ETag")
                                        .orElseThrow())
                : text;
    }

    private static RawHttp.Answer exchange(String request) {
        String[] parts = request.split("\\|\\|", 2);
        List<String> lines = new ArrayList<>(List.of(parts[0].split("\\|")));
        String body = parts.length > 1 ? parts[1] : "";
        if (!lines.get(0).equals("GARBAGE")) {
            lines.set(0, lines.get(0) + " HTTP/1.1");
        }
        if (lines.stream().noneMatch(line -> line.startsWith("Host:"))) {
            lines.add("Host: localhost");
        }
        if (!body.isEmpty()) {
            lines.add("Content-Length: " + body.length());
        }
        byte[] bytes = (String.join("\r\n", lines) + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1);
        return new RawHttp(suite.port()).exchange(bytes, false, request.startsWith("HEAD"));
    }

    @Test
    void optionsListsTheDocumentedMethodsOfAPath() {
        Map<String, Set<String>> documented = new TreeMap<>();
        DocumentedOperation.all().forEach(operation -> documented
                .computeIfAbsent(operation.path(), path -> new TreeSet<>(Set.of("OPTIONS")))
                .add(operation.method().toUpperCase(Locale.ROOT)));
        documented.values().stream().filter(methods -> methods.contains("GET")).forEach(methods -> methods.add("HEAD"));
        // A counter may have this name too.
        documented.get("/counters/increments").add("PUT");
        documented.get("/counters/stream").add("PUT");
        Map<String, Set<String>> allowed = new HashMap<>();
        documented.keySet().forEach(path -> {
            RawHttp.Answer answer = exchange("OPTIONS " + path.replaceAll("\\{[^}]*}", "a"));
            allowed.put(path, new TreeSet<>(List.of(answer.header("allow").split(", "))));
        });
        assertThat(allowed).isEqualTo(documented);
    }

    // -- connections

    /** RFC 9112, section 9.6: a server processes nothing after a response with {@code close}. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsProcessedAfterARejectionThatClosesTheConnection(boolean chunked) throws IOException {
        String counter = "behind-" + (chunked ? "chunks" : "length");
        String big = "x".repeat(300_000);
        String body = chunked ? Integer.toHexString(big.length()) + "\r\n" + big + "\r\n0\r\n\r\n" : big;
        String next = "{\"value\":1}";
        String bytes = post(
                        "/counters/big/increments", chunked ? "Transfer-Encoding: chunked" : "Content-Length: 300000")
                + body
                + "PUT /counters/" + counter
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + next.length()
                + "\r\n\r\n" + next;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
            assertThat(answers.split("HTTP/1.1 ")).hasSize(2);
        }
        assertThat(suite.get("/counters?names=" + counter).body()).doesNotContain("\"value\":1");
    }

    private static String post(String path, String length) {
        return "POST " + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n" + length
                + "\r\n\r\n";
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), suite.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    // -- HTTP/2

    @Test
    void http2SettingsHaveTheLimitsOfRequestsAndHeads() throws IOException {
        try (Socket socket = connect()) {
            Http2Settings.assertLimits(socket);
        }
    }

    @Test
    void aHeadMayBeAsLongOverHttp2AsDocumented() throws Exception {
        HttpClient client = http2();
        assertThat(get(client, "/counters", LONG + LONG).statusCode()).isEqualTo(200);
        // Netty resets the stream after this response, and the client may see the reset first.
        await().ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get(client, "/counters", LONG + LONG + LONG + LONG).statusCode() == 431);
        HttpResponse<String> tooLong = get(client, "/" + LONG, "short");
        assertThat(tooLong.statusCode()).isEqualTo(414);
        assertThat(new JsonObject(tooLong.body()).getString("code")).isEqualTo("uri_too_long");
        assertThat(tooLong.headers().firstValue("Date")).isPresent();
    }

    /** RFC 9113, section 8.1: the request is answered, and other requests go on, with a content length or without. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyThatIsTooLargeIsAnsweredOverHttp2(boolean withLength) throws Exception {
        HttpClient client = http2();
        byte[] big = new byte[300_000];
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> refused = client.send(
                    HttpRequest.newBuilder(suite.at("/counters/big/increments"))
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", "k")
                            .POST(withLength ? HttpRequest.BodyPublishers.ofByteArray(big) : unknownLength(big))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("too_large");
        }
        assertThat(get(client, "/counters", "after").statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyOfUnknownLengthAndNoBodyAreReadOverHttp2() throws Exception {
        HttpClient client = http2();
        for (String method : List.of("PUT", "DELETE")) {
            assertThat(send(client, method, "/rooms/a/presence?name=ann&tab=1", HttpRequest.BodyPublishers.noBody()))
                    .as(method)
                    .isLessThan(300);
            byte[] empty = {};
            assertThat(send(client, method, "/rooms/a/presence?name=ann&tab=1", unknownLength(empty)))
                    .as(method)
                    .isLessThan(300);
        }
        byte[] body = "{\"value\":1}".getBytes(StandardCharsets.UTF_8);
        assertThat(send(client, "PUT", "/counters/unknown-length", unknownLength(body)))
                .isLessThan(300);
        assertThat(suite.get("/counters?names=unknown-length").body()).contains("\"value\":1");
    }

    private static int send(HttpClient client, String method, String path, HttpRequest.BodyPublisher body)
            throws Exception {
        return client.send(
                        HttpRequest.newBuilder(suite.at(path))
                                .header("Content-Type", "application/json")
                                .method(method, body)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private static HttpRequest.BodyPublisher unknownLength(byte[] body) {
        return HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    /**
     * RFC 9110, section 9.3.2: an HTTP/2 client treats a response to HEAD with a body as malformed.
     */
    @ParameterizedTest
    @CsvSource({
        "/rooms/a/presence, 200",
        "/rooms/a/messages, 200",
        "/counters, 200",
        "/counters/stream, 200",
        "/liveline.js, 200",
        "/chat, 426",
        "/rooms/a/typing, 405",
        "/nowhere, 404"
    })
    void headHasNoBodyOverHttp2Either(String path, int status) throws Exception {
        HttpResponse<String> answer = http2().send(
                        HttpRequest.newBuilder(suite.at(path))
                                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.body()).isEmpty();
    }

    /** Returns a client whose connection was upgraded to HTTP/2. */
    private static HttpClient http2() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        assertThat(get(client, "/counters", "first").version()).isEqualTo(HttpClient.Version.HTTP_2);
        return client;
    }

    private static HttpResponse<String> get(HttpClient client, String path, String header) throws Exception {
        URI address = suite.at(path);
        return client.send(
                HttpRequest.newBuilder(address).header("X-Long", header).build(), HttpResponse.BodyHandlers.ofString());
    }

    // -- WebSocket

    /** RFC 6455, sections 7.4.1 and 7.4.2: valid close codes are echoed; others are protocol errors. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                1000, 1001, 1003, 1007, 1014, 3000, 3999, 4000, 4999, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535
            })
    void anInvalidCloseCodeIsAnsweredWith1002(int code) throws IOException {
        boolean isGood = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(RawRequest.to("/chat").bytes());
            awaitHead(socket);
            // The mask is zero.
            socket.getOutputStream()
                    .write(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, (byte) (code >> 8), (byte) code});
            int answer = closeCode(socket.getInputStream().readAllBytes());
            assertThat(answer).isEqualTo(isGood ? code : 1002);
        }
    }

    private static void awaitHead(Socket socket) throws IOException {
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after " + head).isNotNegative();
            head += (char) next;
        }
        assertThat(head).startsWith("HTTP/1.1 101");
    }

    /** Returns the code of the close frame after ASCII text. */
    private static int closeCode(byte[] frames) {
        int at = 0;
        while (frames[at] != (byte) 0x88) {
            at++;
        }
        return (frames[at + 2] & 0xff) << 8 | frames[at + 3] & 0xff;
    }
}
