package io.liveline.services.http;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.ws.rs.HttpMethod;

import io.liveline.services.support.DocumentedOperation;
import io.liveline.services.support.Service;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test that the services match the OpenAPI documents in {@code docs/}: it sends the example of each operation. */
class OpenApiIT {

    private static Service suite;

    @BeforeAll
    static void start() {
        suite = Service.start("services", Map.of());
        // Data for the responses.
        suite.send("PUT", "/counters/orders.eu", "{\"value\":1}");
        suite.send("PUT", "/rooms/lobby/presence?name=bob", null);
        suite.send("PUT", "/rooms/lobby/typing?name=bob", null);
    }

    @AfterAll
    static void stop() {
        suite.close();
    }

    static List<DocumentedOperation> operations() {
        return DocumentedOperation.all();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theExampleOfAnOperationIsAnsweredAsDocumented(DocumentedOperation operation) {
        HttpResponse<Stream<String>> answer = send(operation, true);

        JsonObject documented = documented(operation, answer);
        assertThat(answer.statusCode()).isBetween(200, 299);
        for (String header :
                documented.getJsonObject("headers", new JsonObject()).fieldNames()) {
            if (!header.equals("Preference-Applied")) {
                assertThat(answer.headers().firstValue(header)).as(header).isPresent();
            }
        }
        assertContent(operation, documented, answer);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anInvalidRequestIsAnsweredAsDocumented(DocumentedOperation operation) {
        HttpResponse<Stream<String>> answer = send(operation, false);

        if (answer.statusCode() >= 400) {
            assertContent(operation, documented(operation, answer), answer);
        }
    }

    @Test
    void everyOperationIsDocumented() throws ClassNotFoundException {
        Set<String> existing = new TreeSet<>(Set.of("GET /counters/stream", "GET /rooms/{room}/presence"));
        for (String resource : List.of(
                "chat.http.MessagesResource", "dashboard.app.CountersResource", "presence.app.PresenceResource")) {
            Class<?> type = Class.forName("io.liveline." + resource);
            String base = type.getAnnotation(jakarta.ws.rs.Path.class).value();
            for (Method method : type.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (verb != null) {
                        jakarta.ws.rs.Path path = method.getAnnotation(jakarta.ws.rs.Path.class);
                        existing.add(
                                verb.value() + " " + (base + (path == null ? "" : path.value())).replace("//", "/"));
                    }
                }
            }
        }
        assertThat(operations().stream().map(DocumentedOperation::toString))
                .containsExactlyInAnyOrderElementsOf(existing);
    }

    @Test
    void everyOperationHasAnIdOfItsOwnAndTellsHowToAuthenticate() {
        assertThat(operations().stream().map(operation -> operation.json().getString("operationId")))
                .doesNotContainNull()
                .doesNotHaveDuplicates();
        for (DocumentedOperation operation : operations()) {
            JsonArray security = operation
                    .json()
                    .getJsonArray("security", operation.document().getJsonArray("security"));
            JsonObject schemes =
                    operation.document().getJsonObject("components").getJsonObject("securitySchemes");
            assertThat(security).as(operation.toString()).contains(new JsonObject().put("bearer", new JsonArray()));
            for (Object alternative : security) {
                assertThat(schemes.fieldNames()).containsAll(((JsonObject) alternative).fieldNames());
            }
        }
    }

    static Stream<DocumentedOperation> operationsOfChat() {
        return operations().stream().filter(operation -> operation.path().contains("/messages"));
    }

    @ParameterizedTest
    @MethodSource("operationsOfChat")
    void everyOperationOfChatHasTheRejectionsOfAllRequests(DocumentedOperation operation) {
        Set<String> statuses = operation.json().getJsonObject("responses").fieldNames();

        assertThat(statuses).contains("400", "401", "406", "429", "503");
        assertThat(statuses.contains("415")).as("415").isEqualTo(operation.body() != null);
    }

    @Test
    void theFirstEventOfARoomIsAsDocumented() {
        DocumentedOperation read = operationsOfChat()
                .filter(operation -> operation.method().equals("get"))
                .findFirst()
                .orElseThrow();
        JsonObject schema = read.json()
                .getJsonObject("responses")
                .getJsonObject("200")
                .getJsonObject("content")
                .getJsonObject("text/event-stream")
                .getJsonObject("schema");
        message();

        JsonObject event = firstEvent("/rooms/lobby/messages?name=ann");

        assertThat(event.fieldNames()).contains("id", "retry");
        assertFits(read, "the event", schema, event);
        JsonObject frame = read.resolved(schema)
                .getJsonObject("properties")
                .getJsonObject("data")
                .getJsonObject("contentSchema");
        String type = new JsonObject(event.getString("data")).getString("type");
        assertThat(type).isEqualTo("joined");
        assertFits(read, "the frame", frame, new JsonObject().put("type", type));
    }

    /** Returns the fields of the first event of a stream. */
    private static JsonObject firstEvent(String path) {
        HttpResponse<Stream<String>> stream = Service.HTTP
                .sendAsync(
                        HttpRequest.newBuilder(suite.at(path))
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .join();
        JsonObject event = new JsonObject();
        try (Stream<String> lines = stream.body()) {
            lines.takeWhile(line -> !line.isEmpty()).forEach(line -> {
                String[] field = line.split(": ?", 2);
                event.put(field[0], field[0].equals("retry") ? Integer.valueOf(field[1]) : field[1]);
            });
        }
        return event;
    }

    @Test
    void thePageLinksToTheDocuments() {
        List<String> links = Pattern.compile("href=\"([^\"]*api\\.(?:json|yaml))\"")
                .matcher(suite.get("/").body())
                .results()
                .map(link -> link.group(1))
                .toList();

        assertThat(links).containsExactlyInAnyOrder("openapi.json", "asyncapi.yaml");
        for (String link : links) {
            assertThat(suite.get(suite.at("/").resolve(link).getPath()).statusCode())
                    .as(link)
                    .isEqualTo(200);
        }
    }

    @Test
    void theServedDocumentHasAllOperationsAndTheirReferences() {
        JsonObject served = new JsonObject(suite.get("/openapi.json").body());

        assertThat(served.getString("openapi")).startsWith("3.1");
        for (String service : List.of("chat", "dashboard", "presence")) {
            JsonObject document = DocumentedOperation.document(service);
            assertThat(served.getJsonObject("info").getString("description"))
                    .contains(document.getJsonObject("info")
                            .getString("description")
                            .strip());
            assertThat(served.getJsonArray("tags")).containsAll(document.getJsonArray("tags"));
            assertContainsAll(served.getJsonObject("paths"), document.getJsonObject("paths"));
            document.getJsonObject("components")
                    .forEach(kind -> assertContainsAll(
                            served.getJsonObject("components").getJsonObject(kind.getKey()),
                            (JsonObject) kind.getValue()));
            assertThat(served.getValue("security")).isEqualTo(document.getValue("security"));
        }
    }

    /** Checks that parts with the same name in different documents are equal. */
    private static void assertContainsAll(JsonObject all, JsonObject parts) {
        parts.forEach(part ->
                assertThat(all.getValue(part.getKey())).as(part.getKey()).isEqualTo(part.getValue()));
    }

    @Test
    void theServedDocumentNamesTheAddressOfAServiceThatHasItsOwn() {
        try (Service elsewhere =
                Service.start("services", Map.of("liveline.edge.services.dashboard", "https://counters.example.org"))) {
            JsonObject paths = new JsonObject(elsewhere.get("/openapi.json").body()).getJsonObject("paths");

            assertThat(paths.getJsonObject("/counters").getJsonArray("servers"))
                    .containsExactly(new JsonObject().put("url", "https://counters.example.org"));
            assertThat(paths.getJsonObject("/presence").containsKey("servers")).isFalse();
        }
    }

    @Test
    void theDocumentOfTheWebSocketIsServedUnchanged() throws IOException {
        HttpResponse<String> served = suite.get("/asyncapi.yaml");

        assertThat(served.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        assertThat(served.body()).isEqualTo(Files.readString(Path.of("..", "docs", "asyncapi-chat.yaml")));
    }

    /** A comma in an unquoted text turns the rest into a key. */
    @ParameterizedTest
    @ValueSource(strings = {"openapi-chat", "openapi-dashboard", "openapi-presence", "asyncapi-chat"})
    void everyKeyOfADocumentHasAValue(String name) {
        assertHasValues(name, DocumentedOperation.yaml(name));
    }

    private static void assertHasValues(String where, Object value) {
        assertThat(value).as(where).isNotNull();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, part) -> assertHasValues(where + " " + key, part));
        } else if (value instanceof List<?> list) {
            list.forEach(part -> assertHasValues(where, part));
        }
    }

    // -- requests

    /** Sends an operation with its examples, or with its path only and an invalid body. */
    private static HttpResponse<Stream<String>> send(DocumentedOperation operation, boolean valid) {
        String path = operation.path();
        String query = valid ? "&name=ann" : "";
        HttpRequest.Builder request = HttpRequest.newBuilder();
        for (JsonObject parameter : operation.parameters()) {
            String example = DocumentedOperation.example(parameter);
            switch (parameter.getString("in")) {
                case "path" ->
                    path = path.replace(
                            "{" + parameter.getString("name") + "}",
                            parameter.getString("name").equals("message") ? message() : example);
                case "query" ->
                    query += valid && example != null
                            ? "&" + parameter.getString("name") + "="
                                    + URLEncoder.encode(example, StandardCharsets.UTF_8)
                            : "";
                default -> {
                    if (valid && example != null) {
                        String header = parameter.getString("name");
                        // An idempotency key counts once.
                        request.header(
                                header, header.equals("Idempotency-Key") ? example + operation.hashCode() : example);
                    }
                }
            }
        }
        String body = "{\"nonsense\":";
        JsonObject documented = operation.body();
        if (valid && documented != null) {
            body = documented
                    .getJsonObject("content")
                    .getJsonObject("application/json")
                    .getJsonObject("example")
                    .encode();
        }
        request.uri(suite.at(path + query.replaceFirst("&", "?")))
                .header("Content-Type", "application/json")
                .method(
                        operation.method().toUpperCase(),
                        documented == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        // A stream does not end.
        return Service.HTTP
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                .join();
    }

    /** Posts a message of ann, and returns its id. */
    private static String message() {
        HttpResponse<String> posted = suite.send(
                "POST",
                "/rooms/lobby/messages?name=ann",
                "{\"text\":\"hello\"}",
                "Idempotency-Key",
                UUID.randomUUID().toString());
        return new JsonObject(posted.body()).getString("cursor");
    }

    // -- answers

    private static JsonObject documented(DocumentedOperation operation, HttpResponse<?> answer) {
        JsonObject documented = operation.json().getJsonObject("responses").getJsonObject("" + answer.statusCode());
        assertThat(documented).as("status %d", answer.statusCode()).isNotNull();
        return operation.resolved(documented);
    }

    private static void assertContent(
            DocumentedOperation operation, JsonObject documented, HttpResponse<Stream<String>> answer) {
        JsonObject content = documented.getJsonObject("content");
        if (content == null) {
            assertThat(answer.body().toList()).isEmpty();
            return;
        }
        String type = content.fieldNames().iterator().next();
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type);
        if (type.endsWith("json")) {
            Object json = Json.decodeValue(String.join("\n", answer.body().toList()));
            assertFits(operation, "the answer", content.getJsonObject(type).getJsonObject("schema"), json);
        } else {
            String data = answer.body()
                    .filter(line -> line.startsWith("data: "))
                    .findFirst()
                    .orElseThrow();
            JsonObject snapshot = new JsonObject(data.substring("data: ".length()));
            JsonObject update = operation
                    .document()
                    .getJsonObject("components")
                    .getJsonObject("schemas")
                    .getJsonObject("CounterUpdate");
            assertFits(operation, "the snapshot", update, snapshot);
        }
    }

    private static void assertFits(DocumentedOperation operation, String what, JsonObject described, Object value) {
        JsonObject schema = operation.resolved(described);
        switch (schema.getString("type")) {
            case "object" -> {
                JsonObject object = (JsonObject) value;
                JsonObject properties = schema.getJsonObject("properties", new JsonObject());
                JsonObject others = schema.getJsonObject("additionalProperties");
                schema.getJsonArray("required", new JsonArray())
                        .forEach(
                                name -> assertThat(object.fieldNames()).as(what).contains((String) name));
                for (String name : object.fieldNames()) {
                    JsonObject property = properties.getJsonObject(name, others);
                    assertThat(property).as("%s of %s", name, what).isNotNull();
                    assertFits(operation, name + " of " + what, property, object.getValue(name));
                }
            }
            case "array" ->
                ((JsonArray) value).forEach(each -> assertFits(operation, what, schema.getJsonObject("items"), each));
            case "integer" -> assertThat(value).as(what).isInstanceOfAny(Integer.class, Long.class);
            case "boolean" -> assertThat(value).as(what).isInstanceOf(Boolean.class);
            default -> {
                assertThat(value).as(what).isInstanceOf(String.class);
                assertThat(schema.getJsonArray("enum", new JsonArray().add(value)))
                        .as(what)
                        .contains(value);
            }
        }
    }
}
