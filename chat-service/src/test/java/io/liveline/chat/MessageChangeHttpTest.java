package io.liveline.chat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.IntStream;

import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of edits and deletions over HTTP. */
@QuarkusTest
class MessageChangeHttpTest extends RoomHttpFixture {

    @Test
    void aMessageIsEditedAndDeletedOverHttp() {
        String message = post("1", "helo");
        HttpResponse<String> edited = patch(message, "ann", "hello");
        assertThat(edited.statusCode()).isEqualTo(200);
        JsonObject answer = new JsonObject(edited.body());
        assertThat(answer.getString("room")).isEqualTo(room());
        assertThat(answer.getString("message")).isEqualTo(message);
        assertThat(answer.getString("cursor")).endsWith("-2");
        assertThat(texts(HttpTestClient.get(base, path).body())).isEqualTo(List.of("hello"));
        assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
        assertThat(texts(HttpTestClient.get(base, path).body())).isEqualTo(List.of(""));
        assertThat(patch(message, "ann", "again").statusCode()).isEqualTo(409);
    }

    @Test
    void anEditWithAnIdempotencyKeyIsMadeOnce() {
        String message = post("1", "one");
        String path = this.path + "/" + message + "?name=ann";
        String first = HttpTestClient.send(base, "PATCH", path, "{\"text\":\"two\"}", "Idempotency-Key", "edit-1")
                .body();
        patch(message, "ann", "three");
        HttpResponse<String> again =
                HttpTestClient.send(base, "PATCH", path, "{\"text\":\"two\"}", "Idempotency-Key", "edit-1");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first);
        assertThat(texts(HttpTestClient.get(base, this.path).body())).isEqualTo(List.of("three"));
        assertThat(HttpTestClient.send(base, "DELETE", path, null, "Idempotency-Key", "x".repeat(65))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDeletedTextIsDeliveredOnNoPath() {
        String start = post("0", "start");
        // A member on each event loop keeps the messages in memory as well.
        List<ChatClient> there = IntStream.range(0, 16)
                .mapToObj(i -> ChatClient.connect(base, "bob").join(room(), null))
                .toList();
        try {
            String message = post("1", "secret");
            assertThat(patch(message, "ann", "secret 2").statusCode()).isEqualTo(200);
            assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
            there.forEach(bob -> bob.await("deleted"));
            String after = "?after=" + start;
            List<String> pages = List.of(
                    HttpTestClient.get(base, path).body(),
                    HttpTestClient.get(base, path + after).body(),
                    poll(after, 60).join().body());
            for (String page : pages) {
                assertThat(page).doesNotContain("secret");
            }
            assertThat(new JsonObject(pages.get(2))).isEqualTo(new JsonObject(pages.get(1)));
            JsonObject gone =
                    new JsonObject(pages.get(1)).getJsonArray("messages").getJsonObject(0);
            assertThat(gone.getString("cursor")).isEqualTo(message);
            assertThat(gone.getBoolean("deleted")).isTrue();
            try (ChatClient cy = ChatClient.connect(base, "cy").join(room(), start);
                    SseTestClient stream = SseTestClient.open(base, path + after)) {
                ChatClient.until(() ->
                        cy.all("deleted").size() == 2 && stream.all("deleted").size() == 2);
                assertThat(cy.all("message")).isEqualTo(List.of(gone));
                assertThat(stream.await("message").frame()).isEqualTo(gone);
                assertThat(cy.all("edited")).isEmpty();
                assertThat(stream.all("edited")).isEmpty();
            }
        } finally {
            there.forEach(ChatClient::close);
        }
    }

    @Test
    void onlyItsAuthorChangesAMessage() {
        String message = post("1", "mine");
        assertThat(patch(message, "bob", "yours").statusCode()).isEqualTo(403);
        assertThat(delete(message, "bob").statusCode()).isEqualTo(403);
        assertThat(texts(HttpTestClient.get(base, path).body())).isEqualTo(List.of("mine"));
    }

    @ParameterizedTest
    @CsvSource({
        "PATCH, /nonsense?name=ann, {\"text\":\"x\"}, 400, bad_cursor",
        "PATCH, /other-1?name=ann, {\"text\":\"x\"}, 404, unknown_message",
        "PATCH, /other-1?name=ann, {}, 400, bad_json",
        "PATCH, /other-1?name=ann, {\"text\":\"\"}, 400, bad_text",
        "PATCH, /other-1, {\"text\":\"x\"}, 401, who_are_you",
        "DELETE, /nonsense?name=ann, , 400, bad_cursor",
        "DELETE, /other-1?name=ann, , 404, unknown_message",
        "DELETE, /other-1, , 401, who_are_you",
    })
    void aBadChangeIsRejected(String method, String rest, String body, int status, String code) {
        HttpResponse<String> answer = HttpTestClient.send(base, method, path + rest, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
    }
}
