package io.liveline.services;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What becomes of clients when a replica is asked to end: SIGTERM to a packaged service. */
class DrainingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<String, String> SETTINGS =
            Map.of("liveline.bus.transport", "local", "liveline.edge.drain", "2s");

    @Test
    void aStreamEndsWithAWordWhenToComeBack() {
        try (Service dashboard = Service.start("dashboard-service", SETTINGS)) {
            HttpRequest request =
                    HttpRequest.newBuilder(dashboard.at("/counters/stream")).build();
            HttpResponse<Stream<String>> stream = Service.HTTP
                    .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                    .join();
            List<String> lines = new CopyOnWriteArrayList<>();
            // Ends well: a stream that is cut off throws here.
            CompletableFuture<Void> ended = CompletableFuture.runAsync(
                    () -> stream.body().filter(line -> !line.isEmpty()).forEach(lines::add));
            await().atMost(PATIENCE).until(() -> lines.stream().anyMatch("event: snapshot"::equals));

            CompletableFuture<Void> end = terminate(dashboard);
            await().atMost(PATIENCE)
                    .until(() -> dashboard.get("/q/health/ready").statusCode() == 503);
            ended.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();

            assertThat(lines.get(lines.size() - 1)).matches("retry: [0-9]+");
            assertThat(dashboard.get("/counters").statusCode()).isEqualTo(200);
            end.join();
        }
    }

    @Test
    void aPollThatWaitsIsAnswered() {
        try (Service presence = Service.start("presence-service", SETTINGS)) {
            String path = "/rooms/lobby/presence";
            String tag = presence.get(path).headers().firstValue("ETag").orElseThrow();
            CompletableFuture<HttpResponse<String>> poll =
                    CompletableFuture.supplyAsync(() -> presence.get(path, "If-None-Match", tag, "Prefer", "wait=60"));
            await().atMost(PATIENCE)
                    .until(() -> presence.get("/q/metrics").body().contains("liveline_presence_polls 1.0"));

            CompletableFuture<Void> end = terminate(presence);

            HttpResponse<String> answer =
                    poll.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(answer.statusCode()).isEqualTo(304);
            assertThat(answer.headers().firstValue("Connection")).contains("close");
            assertThat(presence.get(path).statusCode()).isEqualTo(200);
            end.join();
        }
    }

    private static CompletableFuture<Void> terminate(Service service) {
        return CompletableFuture.runAsync(service.process()::terminate);
    }
}
