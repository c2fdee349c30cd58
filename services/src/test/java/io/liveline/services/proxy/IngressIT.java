package io.liveline.services.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.liveline.services.support.Nginx;
import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Test of the Ingress of the manifests with an nginx that is configured as ingress-nginx would do it: its locations and
 * settings are derived from the paths and annotations.
 */
@Tag("long")
class IngressIT {

    private static final Path INGRESS = Path.of("..", "k8s", "components", "ingress", "ingress.yaml");
    private static final String NOTE = "nginx.ingress.kubernetes.io/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisServer redis;
    private static Map<String, Service> services;
    private static Nginx nginx;

    @BeforeAll
    static void start() {
        assumeTrue(Nginx.executable().isPresent(), "nginx is not installed: the test of the Ingress is skipped");
        redis = RedisServer.launch();
        Map<String, String> settings = Map.of("quarkus.redis.hosts", redis.url());
        services = Map.of(
                "chat", Service.begin("chat-service", settings),
                "dashboard", Service.begin("dashboard-service", settings),
                "presence", Service.begin("presence-service", settings));
        services.values().forEach(Service::awaitListening);
        services.values().forEach(service -> await().atMost(PATIENCE)
                .until(() -> service.get("/q/health/ready").statusCode() == 200));
        nginx = Nginx.with(configuration());
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
            services.values().forEach(Service::close);
            redis.close();
        }
    }

    @Test
    void longResponsesAreNeitherCutByTheDefaultTimeoutNorBuffered() throws Exception {
        ChatClient ann = ChatClient.connect(nginx.at("/chat"), "ann").join("long", null);
        ConcurrentLinkedQueue<String> stream = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> streaming = Service.HTTP
                .sendAsync(
                        HttpRequest.newBuilder(nginx.at("/counters/stream?names=chat.messages.long"))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .thenAccept(response -> response.body().forEach(stream::add));
        await().atMost(PATIENCE).until(() -> stream.stream().anyMatch(line -> line.contains("snapshot")));
        // The WebSocket of ann counts as presence, so the roster does not change any more.
        await().atMost(PATIENCE).until(() -> get("/rooms/long/presence").body().contains("\"ann\""));
        String tag = get("/rooms/long/presence").headers().firstValue("ETag").orElseThrow();

        // This poll waits for one minute, the default read timeout of nginx, and so times the test.
        HttpResponse<String> held = get("/rooms/long/presence", "Prefer", "wait=60", "If-None-Match", tag);

        assertThat(held.statusCode()).as(held.body()).isEqualTo(304);
        ann.post("long", "1", "still here");
        ann.awaitText("still here");
        await().atMost(PATIENCE).until(() -> stream.stream().anyMatch(line -> line.contains("\"value\":1")));
        assertThat(ann.isOpen()).isTrue();
        assertThat(streaming).isNotDone();
    }

    @Test
    void eachPathIsForwardedToItsServiceAndInternalPathsToNone() {
        assertThat(get("/").body()).contains("<html");
        assertThat(get("/liveline.js").statusCode()).isEqualTo(200);
        assertThat(get("/vendor/uplot/uPlot.esm.js").statusCode()).isEqualTo(200);
        assertThat(get("/rooms/lobby/messages").body()).contains("\"messages\"");
        assertThat(get("/rooms/lobby/presence").body()).contains("\"online\"");
        assertThat(get("/counters").body()).contains("\"counters\"");
        for (String internal : List.of("/q/metrics", "/q/health/ready", "/q/health", "/q/metrics/chat", "/other")) {
            assertThat(get(internal).statusCode()).as(internal).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(nginx.at(path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(90));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return Service.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Builds the locations as the controller does: regular expressions from the start of the path, longest first. */
    @SuppressWarnings("unchecked")
    private static String configuration() {
        Map<String, Object> ingress;
        try {
            ingress = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(INGRESS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> notes = (Map<String, String>) at(ingress, "metadata", "annotations");
        List<Map<String, Object>> rules = (List<Map<String, Object>>) at(ingress, "spec", "rules");
        List<Map<String, Object>> paths = (List<Map<String, Object>>) at(rules.get(0), "http", "paths");
        StringBuilder places = new StringBuilder();
        paths.stream()
                .sorted((a, b) -> b.get("path").toString().length()
                        - a.get("path").toString().length())
                .forEach(path -> places.append("    location ~* \"^%s\" { proxy_pass http://127.0.0.1:%d; }\n"
                        .formatted(
                                path.get("path"),
                                services.get(at(path, "backend", "service", "name"))
                                        .port())));
        return """
                worker_processes 1;
                events {}
                http {
                  map $http_upgrade $connection_header { default upgrade; '' ''; }
                  server {
                    listen 127.0.0.1:8080;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_header;
                    proxy_read_timeout %ss;
                    proxy_send_timeout %ss;
                    proxy_buffering %s;
                    client_max_body_size %s;
                    proxy_next_upstream %s;
                    proxy_next_upstream_tries %s;
                %s    location / { return 404; }
                  }
                }
                """.formatted(
                        notes.get(NOTE + "proxy-read-timeout"),
                        notes.get(NOTE + "proxy-send-timeout"),
                        notes.get(NOTE + "proxy-buffering"),
                        notes.get(NOTE + "proxy-body-size"),
                        notes.get(NOTE + "proxy-next-upstream"),
                        notes.get(NOTE + "proxy-next-upstream-tries"),
                        places);
    }

    private static Object at(Map<String, Object> tree, String... path) {
        Object here = tree;
        for (String step : path) {
            here = ((Map<?, ?>) here).get(step);
        }
        return here;
    }
}
