package io.liveline.services.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.yaml.snakeyaml.Yaml;

/** Operation of an OpenAPI document in {@code docs/}: one method of one path. */
public record DocumentedOperation(JsonObject document, String path, String method) {

    /** Returns the operations of all services. */
    public static List<DocumentedOperation> all() {
        List<DocumentedOperation> all = new ArrayList<>();
        for (String service : List.of("chat", "dashboard", "presence")) {
            JsonObject document = document(service);
            JsonObject paths = document.getJsonObject("paths");
            for (String path : paths.fieldNames()) {
                paths.getJsonObject(path)
                        .fieldNames()
                        .forEach(method -> all.add(new DocumentedOperation(document, path, method)));
            }
        }
        return all;
    }

    /** Returns the OpenAPI document of a service. */
    public static JsonObject document(String service) {
        return new JsonObject(Json.encode(yaml("openapi-" + service)));
    }

    /** Returns the content of a file in {@code docs/}, by its name without the ending. */
    public static Map<String, Object> yaml(String name) {
        try {
            return new Yaml().load(Files.readString(Path.of("..", "docs", name + ".yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonObject json() {
        return document.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
    }

    public List<JsonObject> parameters() {
        return json().getJsonArray("parameters", new JsonArray()).stream()
                .map(parameter -> resolved((JsonObject) parameter))
                .toList();
    }

    /** Returns the documented body; null if there is none. */
    public JsonObject body() {
        JsonObject body = json().getJsonObject("requestBody");
        return body == null ? null : resolved(body);
    }

    /** Returns the example of a parameter as in a request; null if it has none. */
    public static String example(JsonObject parameter) {
        Object example = parameter.getValue("example");
        return example instanceof JsonArray list
                ? String.join(",", list.stream().map(String::valueOf).toList())
                : example == null ? null : example.toString();
    }

    /** Returns a description, or what it refers to. */
    public JsonObject resolved(JsonObject described) {
        String reference = described.getString("$ref");
        if (reference == null) {
            return described;
        }
        JsonObject at = document;
        for (String step : reference.substring("#/".length()).split("/")) {
            at = at.getJsonObject(step);
        }
        return resolved(at);
    }

    @Override
    public String toString() {
        return method.toUpperCase() + " " + path;
    }
}
