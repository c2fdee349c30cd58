package io.liveline.edge.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import io.liveline.edge.EdgeConfig;
import io.liveline.edge.gate.AllowedMethods;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Descriptions of the API for programs: {@code GET /openapi.json} and {@code GET /asyncapi.yaml}. Every service has
 * those of all services, because behind one host name a request may reach any of them.
 */
@Path("/")
final class DocumentsResource {

    private final Map<String, Optional<String>> services = new LinkedHashMap<>();
    private String openApi;

    DocumentsResource(EdgeConfig config) {
        services.put("chat", config.services().chat());
        services.put("dashboard", config.services().dashboard());
        services.put("presence", config.services().presence());
    }

    void add(@Observes Router router) {
        AllowedMethods.of(router, "/openapi.json", HttpMethod.GET);
        AllowedMethods.of(router, "/asyncapi.yaml", HttpMethod.GET);
    }

    /**
     * Returns the operations of the three services, with the address of a service if it differs from the origin of the
     * page.
     */
    @GET
    @Path("openapi.json")
    @Produces(MediaType.APPLICATION_JSON)
    public String openApi() {
        return merged();
    }

    /** Returns the description of the WebSocket frames. */
    @GET
    @Path("asyncapi.yaml")
    @Produces("application/yaml")
    public String asyncApi() {
        return text("asyncapi-chat.yaml");
    }

    // Built on the first request, so that it does not delay the start.
    private synchronized String merged() {
        if (openApi == null) {
            JsonObject all = new JsonObject();
            services.forEach((service, address) -> {
                JsonObject document = document(service);
                address.ifPresent(base -> document.getJsonObject("paths").forEach(path -> ((JsonObject) path.getValue())
                        .put("servers", JsonArray.of(JsonObject.of("url", base)))));
                merge(all, document);
            });
            all.getJsonObject("info").put("title", "Liveline");
            openApi = all.encode();
        }
        return openApi;
    }

    /**
     * Merges a document into another. Elements with the same name are equal in both, except the tags and the
     * description.
     */
    private static void merge(JsonObject all, JsonObject document) {
        JsonArray tags = all.getJsonArray("tags", new JsonArray()).addAll(document.getJsonArray("tags"));
        String text = all.getJsonObject("info", new JsonObject()).getString("description", "");
        all.mergeIn(document, true).put("tags", tags);
        JsonObject info = all.getJsonObject("info");
        info.put("description", (text + "\n" + info.getString("description")).strip());
    }

    private static JsonObject document(String service) {
        Map<String, Object> yaml =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(text("openapi-" + service + ".yaml"));
        // Encoded and decoded, because parts with a YAML anchor are shared objects.
        return new JsonObject(new JsonObject(yaml).encode());
    }

    private static String text(String name) {
        try (InputStream file = DocumentsResource.class.getResourceAsStream("/META-INF/liveline/" + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
