package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.testing.ChatClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Room of its own for each test, over WebSockets. */
abstract class ChatFixture {

    private static final AtomicInteger ROOMS = new AtomicInteger();

    @TestHTTPResource
    URI base;

    String room;

    @BeforeEach
    void fresh() {
        room = "chat" + ROOMS.incrementAndGet();
    }

    ChatClient ann() {
        return ChatClient.connect(base, "ann").join(room, null);
    }

    JsonObject history(String query) {
        HttpResponse<String> answer = HttpTestClient.get(base, "/rooms/" + room + "/messages" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    static List<String> texts(JsonObject page) {
        return page.getJsonArray("messages").stream()
                .map(message -> ((JsonObject) message).getString("text"))
                .toList();
    }
}
