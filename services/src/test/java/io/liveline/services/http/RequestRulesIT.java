package io.liveline.services.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import io.liveline.services.support.DocumentedOperation;
import io.liveline.services.support.RawHttp;
import io.liveline.services.support.Service;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Test of the rules for requests that hold for every route of every service. */
class RequestRulesIT {

    private static final String JSON = "application/json";
    private static final String STREAM = "text/event-stream";
    private static final String YAML = "application/yaml";

    private static Service suite;

    @BeforeAll
    static void start() {
        suite = Service.start("services", Map.of());
        suite.send("PUT", "/counters/visitors", "{\"value\":1}");
    }

    @AfterAll
    static void stop() {
        suite.close();
    }

    private static HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        // A stream does not end: the content is not awaited.
        return Service.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    private static String type(HttpResponse<?> answer) {
        return answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    }

    private static JsonObject problem(HttpResponse<InputStream> answer) throws IOException {
        assertThat(type(answer)).isEqualTo("application/problem+json");
        return new JsonObject(new String(answer.body().readAllBytes()));
    }

    // -- content negotiation

    private static final Map<String, List<String>> OFFERED = Map.of(
            "/rooms/lobby/messages", List.of(JSON, STREAM),
            "/rooms/lobby/presence", List.of(JSON),
            "/counters", List.of(JSON),
            "/counters/visitors/history", List.of(JSON),
            "/counters/stream", List.of(STREAM),
            "/liveline.json", List.of(JSON),
            "/openapi.json", List.of(JSON),
            "/asyncapi.yaml", List.of(YAML));

    /** {@code Accept} headers, and the types that they select, the preferred one first. */
    private static final Map<String, List<String>> CHOSEN = Map.ofEntries(
            Map.entry("", List.of(JSON, STREAM, YAML)),
            Map.entry("*/*", List.of(JSON, STREAM, YAML)),
            Map.entry("application/json, text/event-stream", List.of(JSON, STREAM)),
            Map.entry("text/event-stream, application/json", List.of(JSON, STREAM)),
            Map.entry("text/event-stream, application/json;q=0.9", List.of(STREAM, JSON)),
            Map.entry("text/event-stream;q=0.1", List.of(STREAM)),
            Map.entry("application/json;q=0.1", List.of(JSON)),
            Map.entry("application/json;q=0, */*", List.of(STREAM, YAML)),
            Map.entry("*/*, text/event-stream;q=0", List.of(JSON, YAML)),
            Map.entry("APPLICATION/JSON, Text/*;q=0.2", List.of(JSON, STREAM)),
            Map.entry(", ,application/json,", List.of(JSON)),
            Map.entry("text/html, application/problem+json", List.of()),
            Map.entry("application/json;q=0, text/event-stream;q=0.0", List.of()));

    static Stream<Arguments> negotiations() {
        return OFFERED.keySet().stream()
                .flatMap(path -> CHOSEN.keySet().stream().map(accept -> arguments(path, accept)));
    }

    @ParameterizedTest
    @MethodSource("negotiations")
    void theTypeThatAClientPrefersIsSelected(String path, String accept) throws Exception {
        List<String> offered = OFFERED.get(path);
        String expected = CHOSEN.get(accept).stream()
                .filter(offered::contains)
                .findFirst()
                .orElse(null);

        HttpResponse<InputStream> answer = send(
                HttpRequest.newBuilder(suite.at(path)).header("Accept", accept).build());

        if (expected == null) {
            assertThat(problem(answer).getString("code")).isEqualTo("not_acceptable");
            assertThat(answer.statusCode()).isEqualTo(406);
        } else {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(type(answer)).isEqualTo(expected);
        }
        answer.body().close();
    }

    // -- query parameters

    static Stream<Arguments> operations() {
        return Stream.concat(
                DocumentedOperation.all().stream()
                        .map(operation -> arguments(
                                operation.method().toUpperCase(),
                                operation.path().replaceAll("\\{\\w+}", "known"),
                                parameters(operation))),
                Stream.of(
                        arguments("GET", "/chat", Set.of()),
                        arguments("GET", "/liveline.json", Set.of()),
                        arguments("HEAD", "/counters", Set.of("names"))));
    }

    private static Set<String> parameters(DocumentedOperation operation) {
        return operation.parameters().stream()
                .filter(parameter -> parameter.getString("in").equals("query"))
                .map(parameter -> parameter.getString("name"))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anUnknownParameterIsRejectedAndTheKnownOnesAreListed(String method, String path, Set<String> documented)
            throws Exception {
        for (String unknown : List.of("nmaes", "NAME", "limit%20")) {
            HttpResponse<InputStream> answer =
                    send(HttpRequest.newBuilder(suite.at(path + "?name=ann&" + unknown + "=1"))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build());

            assertThat(answer.statusCode()).isEqualTo(400);
            if (!method.equals("HEAD")) {
                SortedSet<String> known = new TreeSet<>(documented);
                known.add("name");
                assertThat(problem(answer).getString("detail"))
                        .contains('"' + unknown.replace("%20", " ") + '"')
                        .endsWith("known are: " + String.join(", ", known));
            }
        }
    }

    @Test
    void aRequestWithAnUnknownParameterChangesNothing() {
        HttpResponse<String> refused =
                suite.send("POST", "/counters/visitors/increments?by=3", "{\"by\":3}", "Idempotency-Key", "unknown-1");

        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("unknown_parameter");
        assertThat(suite.get("/counters?names=visitors").body()).contains("\"value\":1,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/counters", "/counters/stream"})
    void aMisspeltNamesParameterDoesNotReturnEveryCounter(String path) throws Exception {
        HttpResponse<InputStream> misspelt =
                send(HttpRequest.newBuilder(suite.at(path + "?name=visitors")).build());
        assertThat(misspelt.statusCode()).isEqualTo(400);
        assertThat(problem(misspelt).getString("code")).isEqualTo("unknown_parameter");

        HttpResponse<InputStream> both = send(HttpRequest.newBuilder(suite.at(path + "?name=ann&names=visitors"))
                .build());
        assertThat(both.statusCode()).isEqualTo(200);
        both.body().close();
    }

    @Test
    void filesAndHealthAcceptAnyParameter() {
        for (String path : List.of("/?room=lobby&access=1", "/lab/?theme=dark", "/app.js?v=2", "/q/health/live?x=1")) {
            assertThat(suite.get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/rooms/lobby/messages, limit",
        "/rooms/lobby/messages?after=x-1&, limit",
        "/counters/stream, rate",
    })
    void aNumberHasTheSameRulesOnEveryRoute(String path, String parameter) throws Exception {
        String start = path + (path.contains("?") ? "" : "?") + parameter;
        for (String bad : List.of("=0", "=-1", "=1.5", "=ten", "=%201", "=99999999999999999999")) {
            assertProblem(start + bad, "bad_" + parameter);
        }
        for (String good : List.of("", "=", "=1", "=00010", "=999999999")) {
            HttpResponse<InputStream> answer = send(HttpRequest.newBuilder(suite.at(start + good))
                    .header("Prefer", "wait=0")
                    .build());
            assertThat(answer.statusCode()).as(good).isEqualTo(200);
            answer.body().close();
        }
    }

    private static void assertProblem(String path, String code) throws Exception {
        for (String prefer : List.of("wait=0", "wait=1")) {
            HttpResponse<InputStream> answer = send(HttpRequest.newBuilder(suite.at(path))
                    .header("Prefer", prefer)
                    .build());
            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(problem(answer).getString("code")).as(path).isEqualTo(code);
        }
    }

    // -- bodies

    /** Request with a body. Without the body it is answered with 204, or with 400 if one is needed. */
    record Bodied(String method, String path, String good, boolean needed) {}

    static final List<Bodied> BODIED = List.of(
            new Bodied("POST", "/rooms/bodies/messages?name=ann", "{\"text\":\"hello\"}", true),
            new Bodied("PATCH", "/rooms/bodies/messages/MESSAGE?name=ann", "{\"text\":\"hello\"}", true),
            new Bodied("POST", "/counters/bodies/increments", "{\"by\":1}", true),
            new Bodied("POST", "/counters/increments", "{\"increments\":{\"bodies\":1}}", true),
            new Bodied("PUT", "/counters/bodies", "{\"value\":1}", true),
            new Bodied("PUT", "/rooms/bodies/presence?name=ann", "{\"state\":\"away\"}", false),
            new Bodied("PUT", "/presence?name=ann", "{\"rooms\":[\"bodies\"]}", true));

    static List<Bodied> bodied() {
        return BODIED;
    }

    private static HttpResponse<String> send(Bodied bodied, byte[] body, String... headers) throws Exception {
        String path = bodied.path();
        if (path.contains("MESSAGE")) {
            HttpResponse<String> posted =
                    send(BODIED.get(0), "{\"text\":\"old\"}".getBytes(), "Content-Type", "application/json");
            path = path.replace("MESSAGE", new JsonObject(posted.body()).getString("cursor"));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(suite.at(path))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .method(bodied.method(), HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Service.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void assertRejected(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }

    @ParameterizedTest
    @MethodSource("bodied")
    void aBodyIsStrictJsonInUtf8(Bodied bodied) throws Exception {
        byte[] good = bodied.good().getBytes();
        for (String type : List.of("application/json", "APPLICATION/JSON; charset=\"UTF-8\"")) {
            assertThat(send(bodied, good, "Content-Type", type).statusCode()).isBetween(200, 204);
        }
        assertRejected(send(bodied, good), 415, "unsupported_media_type");
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/problem+json",
                "application/json; charset=utf-16",
                "garbage")) {
            assertRejected(send(bodied, good, "Content-Type", type), 415, "unsupported_media_type");
        }
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(good);
        }
        assertRejected(
                send(bodied, zipped.toByteArray(), "Content-Type", "application/json", "Content-Encoding", "gzip"),
                415,
                "unsupported_media_type");
        assertRejected(
                send(bodied, bodied.good().getBytes(StandardCharsets.UTF_16), "Content-Type", "application/json"),
                400,
                "bad_json");
    }

    @ParameterizedTest
    @MethodSource("bodied")
    void noBodyAndNullAreEqual(Bodied bodied) throws Exception {
        for (String body : List.of("", "null")) {
            HttpResponse<String> answer = send(bodied, body.getBytes(), "Content-Type", "application/json");
            if (bodied.needed()) {
                assertRejected(answer, 400, "bad_json");
            } else {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
            }
        }
        assertThat(send(bodied, new byte[0]).statusCode()).isEqualTo(bodied.needed() ? 400 : 204);
    }

    @ParameterizedTest
    @MethodSource("bodied")
    void noValueIsConvertedToAnotherType(Bodied bodied) throws Exception {
        String field = bodied.good().replaceAll("^\\{(\"\\w+\"):.*", "$1");
        for (String value :
                List.of("null", "false", "12.50", "[1,true]", "\"\\ud800\"", "{\"a\":null}", "{\"a\":\"1\"}")) {
            String body = "{" + field + ":" + value + "}";
            assertRejected(send(bodied, body.getBytes(), "Content-Type", "application/json"), 400, "bad_json");
        }
        for (String body : List.of("[]", "\"text\"", "7", "{} {}", bodied.good() + ",", "\uFEFF" + bodied.good())) {
            assertRejected(
                    send(bodied, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json"),
                    400,
                    "bad_json");
        }
    }

    @Test
    void aBodyThatIsNotReadIsNotValidated() throws Exception {
        Bodied typing = new Bodied("PUT", "/rooms/bodies/typing?name=ann", null, false);

        assertThat(send(typing, "anything".getBytes(), "Content-Type", "garbage")
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void anIdBeyondAsciiIsRejected() {
        // Raw bytes of UTF-8, which the HTTP client would not send.
        RawHttp.Answer answer = new RawHttp(suite.port())
                .exchange(
                        ("POST /rooms/bodies/messages?name=ann HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                        + "Idempotency-Key: größe\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 12\r\n\r\n{\"text\":\"a\"}")
                                .getBytes(StandardCharsets.UTF_8),
                        false,
                        false);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("bad_id");
    }
}
