package io.liveline.chat;

import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import io.liveline.bus.Cursor;
import io.liveline.chat.replica.ChatContext;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of rooms without a WebSocket: SSE, long-poll, and changes over HTTP. */
@QuarkusTest
class ReadTest {

    private static final AtomicInteger ROOMS = new AtomicInteger();

    @TestHTTPResource
    URI base;

    @Inject
    ChatContext replica;

    private String path;

    @BeforeEach
    void fresh() {
        path = "/rooms/read" + ROOMS.incrementAndGet() + "/messages";
    }

    private String room() {
        return path.split("/")[2];
    }

    /** Posts a message and returns its cursor. */
    private String post(String id, String text) {
        HttpResponse<String> answer = WebSocketTestClient.http(
                base,
                "POST",
                path + "?name=ann",
                new JsonObject().put("text", text).encode(),
                "Idempotency-Key",
                id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body()).getString("cursor");
    }

    private HttpResponse<String> patch(String message, String name, String text) {
        return WebSocketTestClient.http(
                base,
                "PATCH",
                path + "/" + message + "?name=" + name,
                new JsonObject().put("text", text).encode());
    }

    private HttpResponse<String> delete(String message, String name) {
        return WebSocketTestClient.http(base, "DELETE", path + "/" + message + "?name=" + name, null);
    }

    private CompletableFuture<HttpResponse<String>> poll(String query, int waitSeconds) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path + query))
                .timeout(Duration.ofSeconds(60))
                .header("Prefer", "wait=" + waitSeconds)
                .build();
        return WebSocketTestClient.HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Sends a long-poll and waits until it is parked. */
    private CompletableFuture<HttpResponse<String>> parked(String query, int waitSeconds) {
        int before = replica.activity().connections(Transport.LONGPOLL);
        CompletableFuture<HttpResponse<String>> poll = poll(query, waitSeconds);
        WebSocketTestClient.until(() -> replica.activity().connections(Transport.LONGPOLL) > before);
        return poll;
    }

    private static List<String> texts(String page) {
        return new JsonObject(page)
                .getJsonArray("messages").stream()
                        .map(message -> ((JsonObject) message).getString("text"))
                        .toList();
    }

    // -- SSE

    @Test
    void aStreamBeginsWithItsPositionAndThenHasAllFramesOfAWebSocket() {
        String before = post("0", "before");
        try (SseTestClient stream = SseTestClient.open(base, path);
                WebSocketTestClient ann =
                        WebSocketTestClient.connect(base, "ann").join(room(), null)) {
            assertThat(stream.retryMillis()).isGreaterThanOrEqualTo(1000);
            SseTestClient.Received joined = stream.await1("joined");
            assertThat(stream.emptyBlocks()).isEqualTo(0);
            assertThat(joined.id()).isEqualTo(before);
            assertThat(joined.frame().getString("cursor")).isEqualTo(before);
            assertThat(joined.frame().getBoolean("recovered")).isTrue();
            assertThat(joined.frame().getInteger("heartbeat_ms")).isEqualTo(25_000);

            String message = post("1", "hello");
            // A client that has not received an event when the message is deleted receives it without its text, or not
            // at all.
            ann.awaitText("hello");
            stream.await1("message");
            assertThat(patch(message, "ann", "hallo").statusCode()).isEqualTo(200);
            ann.await1("edited");
            stream.await1("edited");
            assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
            stream.await1("deleted");
            ann.await1("deleted");
            for (String type : List.of("message", "edited", "deleted")) {
                SseTestClient.Received event = stream.await1(type);
                assertThat(event.frame()).isEqualTo(ann.await1(type));
                assertThat(event.id()).isEqualTo(event.frame().getString("cursor"));
            }
            // A change of the members has no position in the log.
            assertThat(stream.await1("members").id()).isNull();
        }
    }

    @Test
    void aStreamContinuesAfterTheLastEventIdWhateverItsQuerySays() {
        String first = post("1", "one");
        String second = post("2", "two");
        post("3", "three");
        try (SseTestClient byAddress = SseTestClient.open(base, path + "?after=" + first);
                SseTestClient byHeader = SseTestClient.open(base, path + "?after=" + first, "Last-Event-ID", second)) {
            WebSocketTestClient.until(() -> byAddress.all("message").size() == 2);
            byHeader.await1("message");
            post("4", "four");
            WebSocketTestClient.until(() -> byAddress.all("message").size() == 3
                    && byHeader.all("message").size() == 2);
            assertThat(byHeader.all("message").stream()
                            .map(event -> event.frame().getString("text"))
                            .toList())
                    .isEqualTo(List.of("three", "four"));
        }
    }

    @Test
    void aStreamThatCannotResumeReportsItAndItsPosition() {
        String now = post("1", "one");
        try (SseTestClient stream = SseTestClient.open(base, path, "Last-Event-ID", "another-1")) {
            JsonObject joined = stream.await1("joined").frame();
            assertThat(joined.getBoolean("recovered")).isFalse();
            assertThat(joined.getString("cursor")).isEqualTo(now);
            post("2", "two");
            assertThat(stream.await1("message").frame().getString("text")).isEqualTo("two");
        }
    }

    @Test
    void aStreamWithANameIsAMemberUntilItIsClosed() {
        try (WebSocketTestClient ann = WebSocketTestClient.connect(base, "ann").join(room(), null)) {
            SseTestClient bob = SseTestClient.open(base, path + "?name=bob");
            ann.awaitFrame(
                    "members", frame -> frame.getJsonArray("joined").encode().contains("bob"));
            bob.close();
            ann.awaitFrame("members", frame -> frame.getJsonArray("left").contains("bob"));
        }
    }

    @Test
    void aStreamThatItsClientClosesIsReleased() {
        int before = replica.longLivedLimit().taken();
        int streams = replica.activity().connections(Transport.SSE);
        SseTestClient stream = SseTestClient.open(base, path);
        assertThat(replica.longLivedLimit().taken()).isEqualTo(before + 1);
        assertThat(replica.activity().connections(Transport.SSE)).isEqualTo(streams + 1);
        stream.close();
        WebSocketTestClient.until(() ->
                replica.longLivedLimit().taken() == before && replica.activity().connections(Transport.SSE) == streams);
    }

    @Test
    void oneMoreStreamThanAPersonMayHaveIsSentAwayUntilLater() {
        List<SseTestClient> streams = new ArrayList<>();
        for (int i = 0; i < replica.config().held().mostAPerson(); i++) {
            streams.add(SseTestClient.open(base, path + "?name=greedy"));
        }
        HttpResponse<String> refused =
                WebSocketTestClient.get(base, path + "?name=greedy", "Accept", "text/event-stream");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("full");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isGreaterThanOrEqualTo(1);
        try (SseTestClient other = SseTestClient.open(base, path + "?name=modest")) {
            other.await1("joined");
        }
        streams.forEach(SseTestClient::close);
    }

    // -- a page or a stream

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json, text/event-stream|application/json",
                "text/event-stream, application/json|application/json",
                "text/event-stream;q=0.1, application/json|application/json",
                "text/event-stream;q=0, */*|application/json",
                "application/json, x-text/event-stream|application/json",
                "application/json;q=0.1, text/event-stream|text/event-stream",
                "TEXT/Event-Stream|text/event-stream",
                "' ,,text/event-stream'|text/event-stream",
                "text/html|application/problem+json",
                "nonsense|application/problem+json",
            })
    void aClientGetsTheTypeThatItPrefers(String accept, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .header("Accept", accept)
                .build();
        // A stream does not end, so only its head is read.
        HttpResponse<InputStream> answer =
                WebSocketTestClient.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""))
                .isEqualTo(type);
        answer.body().close();
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
                        WebSocketTestClient.get(base, path + "?after=" + first).body()))
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
            String body =
                    WebSocketTestClient.get(base, path + "?limit=2" + before).body();
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
        try (WebSocketTestClient bob = WebSocketTestClient.connect(base, "bob").join(room(), null);
                WebSocketTestClient cy = WebSocketTestClient.connect(base, "cy").join(room(), null)) {
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
        WebSocketTestClient.until(() -> replica.longLivedLimit().taken() == before + 1);
        raw.close();
        WebSocketTestClient.until(() -> replica.longLivedLimit().taken() == before);
    }

    // -- changes

    @Test
    void aMessageIsEditedAndDeletedOverHttp() {
        String message = post("1", "helo");
        HttpResponse<String> edited = patch(message, "ann", "hello");
        assertThat(edited.statusCode()).isEqualTo(200);
        JsonObject answer = new JsonObject(edited.body());
        assertThat(answer.getString("room")).isEqualTo(room());
        assertThat(answer.getString("message")).isEqualTo(message);
        assertThat(answer.getString("cursor")).endsWith("-2");
        assertThat(texts(WebSocketTestClient.get(base, path).body())).isEqualTo(List.of("hello"));
        assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
        assertThat(texts(WebSocketTestClient.get(base, path).body())).isEqualTo(List.of(""));
        assertThat(patch(message, "ann", "again").statusCode()).isEqualTo(409);
    }

    @Test
    void aDeletedTextIsDeliveredOnNoPath() {
        String start = post("0", "start");
        // A member on each event loop keeps the messages in memory as well.
        List<WebSocketTestClient> there = IntStream.range(0, 16)
                .mapToObj(i -> WebSocketTestClient.connect(base, "bob").join(room(), null))
                .toList();
        try {
            String message = post("1", "secret");
            assertThat(patch(message, "ann", "secret 2").statusCode()).isEqualTo(200);
            assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
            there.forEach(bob -> bob.await1("deleted"));
            String after = "?after=" + start;
            List<String> pages = List.of(
                    WebSocketTestClient.get(base, path).body(),
                    WebSocketTestClient.get(base, path + after).body(),
                    poll(after, 60).join().body());
            for (String page : pages) {
                assertThat(page).doesNotContain("secret");
            }
            assertThat(new JsonObject(pages.get(2))).isEqualTo(new JsonObject(pages.get(1)));
            JsonObject gone =
                    new JsonObject(pages.get(1)).getJsonArray("messages").getJsonObject(0);
            assertThat(gone.getString("cursor")).isEqualTo(message);
            assertThat(gone.getBoolean("deleted")).isTrue();
            try (WebSocketTestClient cy =
                            WebSocketTestClient.connect(base, "cy").join(room(), start);
                    SseTestClient stream = SseTestClient.open(base, path + after)) {
                WebSocketTestClient.until(() ->
                        cy.all("deleted").size() == 2 && stream.all("deleted").size() == 2);
                assertThat(cy.all("message")).isEqualTo(List.of(gone));
                assertThat(stream.await1("message").frame()).isEqualTo(gone);
                assertThat(cy.all("edited").isEmpty() && stream.all("edited").isEmpty())
                        .isTrue();
            }
        } finally {
            there.forEach(WebSocketTestClient::close);
        }
    }

    @Test
    void onlyItsAuthorChangesAMessage() {
        String message = post("1", "mine");
        assertThat(patch(message, "bob", "yours").statusCode()).isEqualTo(403);
        assertThat(delete(message, "bob").statusCode()).isEqualTo(403);
        assertThat(texts(WebSocketTestClient.get(base, path).body())).isEqualTo(List.of("mine"));
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
        HttpResponse<String> answer = WebSocketTestClient.http(base, method, path + rest, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
    }

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
                ? WebSocketTestClient.get(base, path, "Accept", accept)
                : WebSocketTestClient.get(base, path, "Accept", accept, "Prefer", prefer);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
    }
}
