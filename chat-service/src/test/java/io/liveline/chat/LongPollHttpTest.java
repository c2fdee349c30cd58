package io.liveline.chat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.liveline.bus.Cursor;
import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of a room over long-poll, and of reads that are rejected. */
@QuarkusTest
class LongPollHttpTest extends RoomHttpFixture {

    /** Sends a long-poll and waits until it is parked. */
    private CompletableFuture<HttpResponse<String>> parked(String query, int waitSeconds) {
        int before = replica.activity().connections(Transport.LONGPOLL);
        CompletableFuture<HttpResponse<String>> poll = poll(query, waitSeconds);
        ChatClient.until(() -> replica.activity().connections(Transport.LONGPOLL) > before);
        return poll;
    }

    // -- long-poll

    @Test
    void aPollWaitsForAMessageAndIsAnsweredWithAPage() {
        String first = post("1", "one");
        CompletableFuture<HttpResponse<String>> poll = parked("?after=" + first, 60);
        String second = post("2", "two");
        HttpResponse<String> answer = poll.join();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Preference-Applied").orElse("")).isEqualTo("wait=60");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).isEqualTo("no-store");
        JsonObject page = new JsonObject(answer.body());
        assertThat(texts(answer.body())).isEqualTo(List.of("two"));
        assertThat(page.getString("cursor")).isEqualTo(second);
        assertThat(page.getString("start")).isEqualTo(second);
        assertThat(page.getBoolean("complete")).isTrue();
        assertThat(page.getBoolean("more")).isFalse();
        // The same page as a poll without waiting returns.
        assertThat(new JsonObject(
                        HttpTestClient.get(base, path + "?after=" + first).body()))
                .isEqualTo(page);
    }

    @Test
    void aPollOfARoomOfAnyScriptIsAnsweredInUtf8() {
        for (String name : List.of("größe", "漢字", "𠮷")) {
            path = "/rooms/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "/messages";
            String first = post("1", "eins");
            post("2", "zwei");
            for (int waitSeconds : List.of(0, 60)) {
                JsonObject page = new JsonObject(
                        poll("?after=" + first, waitSeconds).join().body());
                assertThat(page.getString("room")).isEqualTo(name);
                assertThat(page.getJsonArray("messages").getJsonObject(0).getString("room"))
                        .isEqualTo(name);
            }
        }
    }

    @Test
    void aPollWithMissedMessagesIsAnsweredAtOnceUpToItsLimit() {
        String start = post("1", "one");
        post("2", "two");
        post("3", "three");
        HttpResponse<String> answer = poll("?after=" + start + "&limit=1", 60).join();
        assertThat(texts(answer.body())).isEqualTo(List.of("two"));
        assertThat(new JsonObject(answer.body()).getBoolean("more")).isTrue();
    }

    @Test
    void aPollThatTimesOutContinuesAtItsCursor() {
        String first = post("1", "one");
        HttpResponse<String> answer = poll("?after=" + first, 1).join();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(answer.body()))
                .isEqualTo(new JsonObject()
                        .put("room", room())
                        .put("messages", new io.vertx.core.json.JsonArray())
                        .put("cursor", first)
                        .put("start", next(first))
                        .put("complete", true)
                        .put("more", false));
    }

    @Test
    void theStartOfAPageContinuesBackwardsWithoutAHole() {
        List<String> all = IntStream.rangeClosed(1, 7).mapToObj(String::valueOf).toList();
        all.forEach(text -> post(text, text));
        List<String> read = new ArrayList<>();
        String before = "";
        for (boolean more = true; more; ) {
            String body = HttpTestClient.get(base, path + "?limit=2" + before).body();
            read.addAll(0, texts(body));
            more = new JsonObject(body).getBoolean("more");
            before = "&before=" + new JsonObject(body).getString("start");
        }
        assertThat(read).isEqualTo(all);
    }

    /** Returns the next cursor. */
    private static String next(String cursor) {
        Cursor position = Cursor.parse(cursor);
        return position.at(position.offset() + 1).toString();
    }

    @Test
    void joinsAndLeavesDoNotAnswerAPoll() {
        String first = post("1", "one");
        CompletableFuture<HttpResponse<String>> poll = parked("?after=" + first, 60);
        try (ChatClient bob = ChatClient.connect(base, "bob").join(room(), null);
                ChatClient cy = ChatClient.connect(base, "cy").join(room(), null)) {
            bob.awaitFrame(
                    "members", frame -> frame.getJsonArray("joined").encode().contains("cy"));
            post("2", "two");
            assertThat(texts(poll.join().body())).isEqualTo(List.of("two"));
        }
    }

    @Test
    void aPollFromAnotherEpochReportsMissingMessages() {
        String now = post("1", "one");
        JsonObject page = new JsonObject(poll("?after=another-1", 60).join().body());
        assertThat(page.getBoolean("complete")).isFalse();
        assertThat(page.getString("cursor")).isEqualTo(now);
    }

    @Test
    void aPollFromBeyondTheLogReportsMissingMessages() {
        String first = post("1", "one");
        String beyond = first.substring(0, first.indexOf('-')) + "-5";
        JsonObject page = new JsonObject(poll("?after=" + beyond, 60).join().body());
        assertThat(page.getBoolean("complete")).isFalse();
        assertThat(page.getString("cursor")).isEqualTo(first);
    }

    @Test
    void aPollThatItsClientClosesIsReleased() {
        String first = post("1", "one");
        int before = replica.longLivedLimit().taken();
        RawSocketClient raw = RawSocketClient.request(
                base, "GET " + path + "?after=" + first + " HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n\r\n");
        ChatClient.until(() -> replica.longLivedLimit().taken() == before + 1);
        raw.close();
        ChatClient.until(() -> replica.longLivedLimit().taken() == before);
    }

    // -- changes

    @ParameterizedTest
    @CsvSource({
        "/rooms/lobby/messages?after=nonsense, text/event-stream, , bad_cursor",
        "/rooms/a%20b/messages, text/event-stream, , bad_room",
        "/rooms/lobby/messages?name=, text/event-stream, , bad_name",
        "/rooms/lobby/messages?after=nonsense, application/json, wait=5, bad_cursor",
        "/rooms/lobby/messages?after=x-1, application/json, wait=soon, bad_wait",
        "/rooms/lobby/messages?after=x-1&limit=0, application/json, wait=5, bad_limit",
        "/rooms/a%20b/messages?after=x-1, application/json, wait=5, bad_room",
        "/rooms/lobby/messages?after=x-1&before=x-2, application/json, wait=5, bad_cursor",
    })
    void aBadReadIsRejected(String path, String accept, String prefer, String code) {
        HttpResponse<String> answer = prefer == null
                ? HttpTestClient.get(base, path, "Accept", accept)
                : HttpTestClient.get(base, path, "Accept", accept, "Prefer", prefer);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
    }
}
