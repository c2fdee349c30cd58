package io.liveline.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import jakarta.ws.rs.HttpMethod;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/** The documents in {@code docs/} say what the services do: each operation is done as its example has it. */
class OpenApiIT {

    /** One method of one path. */
    record Operation(JsonObject document, String path, String method) {

        JsonObject json() {
            return document.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
        }

        @Override
        public String toString() {
            return method.toUpperCase() + " " + path;
        }
    }

    private static Service suite;

    @BeforeAll
    static void start() {
        suite = Service.start("services", Map.of());
        // So that there is something to be told.
        suite.send("PUT", "/counters/orders.eu", "{\"value\":1}");
        suite.send("PUT", "/rooms/lobby/presence?name=bob", null);
        suite.send("PUT", "/rooms/lobby/typing?name=bob", null);
    }

    @AfterAll
    static void stop() {
        suite.close();
    }

    static List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        for (String service : List.of("chat", "dashboard", "presence")) {
            JsonObject document = document(service);
            JsonObject paths = document.getJsonObject("paths");
            for (String path : paths.fieldNames()) {
                paths.getJsonObject(path)
                        .fieldNames()
                        .forEach(method -> all.add(new Operation(document, path, method)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationDoneAsItsExampleIsAnsweredAsDocumented(Operation operation) {
        HttpResponse<Stream<String>> answer = send(operation, true);

        JsonObject documented = operation.json().getJsonObject("responses").getJsonObject("" + answer.statusCode());
        assertThat(documented).as("status %d", answer.statusCode()).isNotNull();
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
    void anOperationThatIsRefusedIsAnsweredAsDocumented(Operation operation) {
        HttpResponse<Stream<String>> answer = send(operation, false);

        if (answer.statusCode() >= 400) {
            JsonObject documented = operation.json().getJsonObject("responses").getJsonObject("" + answer.statusCode());
            assertThat(documented).as("status %d", answer.statusCode()).isNotNull();
            assertContent(operation, resolved(operation, documented), answer);
        }
    }

    @Test
    void everyOperationThereIsIsDocumented() throws ClassNotFoundException {
        Set<String> there = new TreeSet<>(Set.of("GET /counters/stream", "GET /rooms/{room}/presence"));
        for (String resource :
                List.of("chat.MessagesResource", "dashboard.CountersResource", "presence.PresenceResource")) {
            Class<?> type = Class.forName("io.liveline." + resource);
            String base = type.getAnnotation(jakarta.ws.rs.Path.class).value();
            for (Method method : type.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (verb != null) {
                        jakarta.ws.rs.Path path = method.getAnnotation(jakarta.ws.rs.Path.class);
                        there.add(verb.value() + " " + (base + (path == null ? "" : path.value())).replace("//", "/"));
                    }
                }
            }
        }
        assertThat(operations().stream().map(Operation::toString)).containsExactlyInAnyOrderElementsOf(there);
    }

    // -- requests

    /** As the examples have it; or without what is not in the path, and with nonsense as its body. */
    private static HttpResponse<Stream<String>> send(Operation operation, boolean well) {
        String path = operation.path();
        String query = "";
        HttpRequest.Builder request = HttpRequest.newBuilder();
        for (Object each : operation.json().getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = resolved(operation, (JsonObject) each);
            String example = parameter.getString("example");
            switch (parameter.getString("in")) {
                case "path" ->
                    path = path.replace(
                            "{" + parameter.getString("name") + "}",
                            parameter.getString("name").equals("message") ? message() : example);
                case "query" ->
                    query += well && example != null
                            ? "&" + parameter.getString("name") + "="
                                    + URLEncoder.encode(example, StandardCharsets.UTF_8)
                            : "";
                default -> {
                    if (well && example != null) {
                        request.header(parameter.getString("name"), example + operation.hashCode());
                    }
                }
            }
        }
        String body = "{\"nonsense\":";
        JsonObject documented = operation.json().getJsonObject("requestBody");
        if (well && documented != null) {
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
        // A stream has no end.
        return Service.HTTP
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                .join();
    }

    /** One of ann's that nobody has changed yet. */
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

    private static void assertContent(Operation operation, JsonObject documented, HttpResponse<Stream<String>> answer) {
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
            JsonObject snapshot = operation
                    .document()
                    .getJsonObject("components")
                    .getJsonObject("schemas")
                    .getJsonObject("Snapshot");
            assertFits(operation, "the snapshot", snapshot, new JsonObject(data.substring("data: ".length())));
        }
    }

    private static void assertFits(Operation operation, String what, JsonObject described, Object value) {
        JsonObject schema = resolved(operation, described);
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

    // -- documents

    private static JsonObject document(String service) {
        try {
            Map<String, Object> yaml =
                    new Yaml().load(Files.readString(Path.of("..", "docs", "openapi-" + service + ".yaml")));
            return new JsonObject(Json.encode(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonObject resolved(Operation operation, JsonObject described) {
        String reference = described.getString("$ref");
        if (reference == null) {
            return described;
        }
        JsonObject at = operation.document();
        for (String step : reference.substring("#/".length()).split("/")) {
            at = at.getJsonObject(step);
        }
        return resolved(operation, at);
    }
}
