package io.liveline.services.replicas;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.Background;
import io.liveline.testing.ChatClient;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of what clients receive when a packaged service gets SIGTERM. */
class DrainingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS = drainWithin("2s");

    private static Map<String, String> drainWithin(String within) {
        return Map.of("liveline.bus.transport", "local", "liveline.edge.drain", within);
    }

    @Test
    void aStreamEndsWithTheTimeToReconnect() {
        try (Service dashboard = Service.start("dashboard-service", SETTINGS)) {
            HttpRequest request =
                    HttpRequest.newBuilder(dashboard.at("/counters/stream")).build();
            HttpResponse<Stream<String>> stream = Service.HTTP
                    .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                    .join();
            List<String> lines = new CopyOnWriteArrayList<>();
            // Throws if the stream is cut off.
            CompletableFuture<Void> ended = Background.run(
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
    void aParkedPollIsAnswered() {
        try (Service presence = Service.start("presence-service", SETTINGS)) {
            serveOne(presence);
            String path = "/rooms/lobby/presence";
            String tag = presence.get(path).headers().firstValue("ETag").orElseThrow();
            repeatPoll(3, presence, path, "If-None-Match", "\"another\"", "Prefer", "wait=60");
            CompletableFuture<HttpResponse<String>> poll =
                    Background.supply(() -> presence.get(path, "If-None-Match", tag, "Prefer", "wait=60"));
            await().atMost(PATIENCE).until(() -> presence.get("/q/metrics")
                    .body()
                    .lines()
                    .toList()
                    .containsAll(List.of("liveline_presence_polls 1.0", "liveline_edge_polls_known_asked_total 2.0")));

            CompletableFuture<Void> end = terminate(presence);

            HttpResponse<String> answer =
                    poll.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(answer.statusCode()).isEqualTo(304);
            assertThat(answer.headers().firstValue("Connection")).contains("close");
            assertThat(presence.get(path).statusCode()).isEqualTo(200);
            end.join();
        }
    }

    @Test
    void aWebSocketGetsATimeToReconnectAndIsThenClosed() {
        try (Service chat = Service.start("chat-service", SETTINGS);
                ChatClient ann = ChatClient.connect(chat.at("/chat"), "ann");
                ChatClient bob = ChatClient.connect(chat.at("/chat"), "bob")) {
            CompletableFuture<Void> end = terminate(chat);

            List<Integer> slots = Stream.of(ann, bob)
                    .map(client -> client.await("reconnect").getInteger("after_ms"))
                    .sorted()
                    .toList();
            // On one event loop or on two: the times are within three quarters of two seconds.
            assertThat(slots).allMatch(slot -> slot >= 0 && slot <= 1500);
            assertThat(ann.awaitClosed()).isEqualTo(1012);
            assertThat(bob.awaitClosed()).isEqualTo(1012);
            end.join();
        }
    }

    /** No event loop had a connection before. */
    @Test
    void aWebSocketToADrainingReplicaIsWelcomedAndThenGetsATimeToReconnect() {
        try (Service chat = Service.start("chat-service", drainWithin("8s"))) {
            CompletableFuture<Void> end = terminate(chat);
            await().atMost(PATIENCE).until(() -> chat.get("/q/health/ready").statusCode() == 503);
            try (ChatClient ann = ChatClient.connect(chat.at("/chat"), "ann")) {
                assertThat(ann.await("reconnect").getInteger("after_ms")).isBetween(0, 2000);
                assertThat(ann.all().get(0).getString("type")).isEqualTo("welcome");
                assertThat(ann.awaitClosed()).isEqualTo(1012);
            }
            end.join();
        }
    }

    @Test
    void aReplicaWithoutADrainClosesWithTheSameCode() {
        try (Service chat = Service.start("chat-service", drainWithin("0s"));
                ChatClient ann = ChatClient.connect(chat.at("/chat"), "ann")) {
            CompletableFuture<Void> end = terminate(chat);
            assertThat(ann.awaitClosed()).isEqualTo(1012);
            end.join();
        }
    }

    @Test
    void aMessageStreamEndsWithTheTimeToReconnectAndAPollIsAnswered() {
        try (Service chat = Service.start("chat-service", SETTINGS)) {
            serveOne(chat);
            String path = "/rooms/lobby/messages";
            HttpResponse<Stream<String>> stream = Service.HTTP
                    .sendAsync(
                            HttpRequest.newBuilder(chat.at(path))
                                    .header("Accept", "text/event-stream")
                                    .build(),
                            HttpResponse.BodyHandlers.ofLines())
                    .join();
            List<String> lines = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> ended = Background.run(
                    () -> stream.body().filter(line -> !line.isEmpty()).forEach(lines::add));
            String cursor = new JsonObject(
                            chat.send("POST", path + "?name=ann", "{\"text\":\"hello\"}", "Idempotency-Key", "1")
                                    .body())
                    .getString("cursor");
            repeatPoll(3, chat, path + "?after=another-1", "Prefer", "wait=60");
            CompletableFuture<HttpResponse<String>> poll =
                    Background.supply(() -> chat.get(path + "?after=" + cursor, "Prefer", "wait=60"));
            await().atMost(PATIENCE).until(() -> chat.get("/q/metrics")
                    .body()
                    .lines()
                    .toList()
                    .containsAll(List.of(
                            "liveline_chat_connections{transport=\"longpoll\"} 1.0",
                            "liveline_edge_polls_known_asked_total 2.0")));

            CompletableFuture<Void> end = terminate(chat);

            HttpResponse<String> answer =
                    poll.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Connection")).contains("close");
            assertThat(new JsonObject(answer.body()).getString("cursor")).isEqualTo(cursor);
            ended.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(lines.get(lines.size() - 1)).matches("retry: [0-9]+");
            end.join();
        }
    }

    /** Answers a request on another connection: those accepted before the first one have no timeouts and no fast path. */
    private static void serveOne(Service service) {
        HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(HttpRequest.newBuilder(service.at("/")).build(), HttpResponse.BodyHandlers.discarding())
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Repeats a poll. After the second answer the fast path recognizes it, so the parked poll takes the fast path. */
    private static void repeatPoll(int times, Service service, String path, String... headers) {
        for (int i = 0; i < times; i++) {
            assertThat(service.get(path, headers).statusCode()).isEqualTo(200);
        }
    }

    private static CompletableFuture<Void> terminate(Service service) {
        return Background.run(service.process()::terminate);
    }
}
