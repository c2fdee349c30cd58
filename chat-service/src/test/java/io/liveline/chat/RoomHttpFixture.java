package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.inject.Inject;

import io.liveline.chat.replica.ChatContext;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Room of its own for each test, which is posted to, changed and polled over HTTP. */
abstract class RoomHttpFixture {

    private static final AtomicInteger ROOMS = new AtomicInteger();

    @TestHTTPResource
    URI base;

    @Inject
    ChatContext replica;

    String path;

    @BeforeEach
    void fresh() {
        path = "/rooms/read" + ROOMS.incrementAndGet() + "/messages";
    }

    String room() {
        return path.split("/")[2];
    }

    /** Posts a message and returns its cursor. */
    String post(String id, String text) {
        HttpResponse<String> answer = HttpTestClient.send(
                base,
                "POST",
                path + "?name=ann",
                new JsonObject().put("text", text).encode(),
                "Idempotency-Key",
                id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body()).getString("cursor");
    }

    HttpResponse<String> patch(String message, String name, String text) {
        return HttpTestClient.send(
                base,
                "PATCH",
                path + "/" + message + "?name=" + name,
                new JsonObject().put("text", text).encode());
    }

    HttpResponse<String> delete(String message, String name) {
        return HttpTestClient.send(base, "DELETE", path + "/" + message + "?name=" + name, null);
    }

    CompletableFuture<HttpResponse<String>> poll(String query, int waitSeconds) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path + query))
                .timeout(Duration.ofSeconds(60))
                .header("Prefer", "wait=" + waitSeconds)
                .build();
        return HttpTestClient.HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    static List<String> texts(String page) {
        return new JsonObject(page)
                .getJsonArray("messages").stream()
                        .map(message -> ((JsonObject) message).getString("text"))
                        .toList();
    }
}
