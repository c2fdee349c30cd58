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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(201, answer.statusCode(), answer.body());
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
            assertTrue(stream.retryMillis() >= 1000);
            SseTestClient.Received joined = stream.await1("joined");
            assertEquals(0, stream.emptyBlocks());
            assertEquals(before, joined.id());
            assertEquals(before, joined.frame().getString("cursor"));
            assertTrue(joined.frame().getBoolean("recovered"));
            assertEquals(25_000, joined.frame().getInteger("heartbeat_ms"));

            String message = post("1", "hello");
            // A client that has not received an event when the message is deleted receives it without its text, or not
            // at all.
            ann.awaitText("hello");
            stream.await1("message");
            assertEquals(200, patch(message, "ann", "hallo").statusCode());
            ann.await1("edited");
            stream.await1("edited");
            assertEquals(200, delete(message, "ann").statusCode());
            stream.await1("deleted");
            ann.await1("deleted");
            for (String type : List.of("message", "edited", "deleted")) {
                SseTestClient.Received event = stream.await1(type);
                assertEquals(ann.await1(type), event.frame());
                assertEquals(event.frame().getString("cursor"), event.id());
            }
            // A change of the members has no position in the log.
            assertNull(stream.await1("members").id());
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
            assertEquals(
                    List.of("three", "four"),
                    byHeader.all("message").stream()
                            .map(event -> event.frame().getString("text"))
                            .toList());
        }
    }

    @Test
    void aStreamThatCannotResumeReportsItAndItsPosition() {
        String now = post("1", "one");
        try (SseTestClient stream = SseTestClient.open(base, path, "Last-Event-ID", "another-1")) {
            JsonObject joined = stream.await1("joined").frame();
            assertFalse(joined.getBoolean("recovered"));
            assertEquals(now, joined.getString("cursor"));
            post("2", "two");
            assertEquals("two", stream.await1("message").frame().getString("text"));
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
        assertEquals(before + 1, replica.longLivedLimit().taken());
        assertEquals(streams + 1, replica.activity().connections(Transport.SSE));
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
        assertEquals(503, refused.statusCode());
        assertEquals("full", new JsonObject(refused.body()).getString("code"));
        assertTrue(refused.headers().firstValueAsLong("Retry-After").orElse(0) >= 1);
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
        assertEquals(
                type, answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""));
        answer.body().close();
    }

    // -- long-poll

    @Test
    void aPollWaitsForAMessageAndIsAnsweredWithAPage() {
        String first = post("1", "one");
        CompletableFuture<HttpResponse<String>> poll = parked("?after=" + first, 60);
        String second = post("2", "two");
        HttpResponse<String> answer = poll.join();
        assertEquals(200, answer.statusCode());
        assertEquals(
                "wait=60", answer.headers().firstValue("Preference-Applied").orElse(""));
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
        JsonObject page = new JsonObject(answer.body());
        assertEquals(List.of("two"), texts(answer.body()));
        assertEquals(second, page.getString("cursor"));
        assertEquals(second, page.getString("start"));
        assertTrue(page.getBoolean("complete"));
        assertFalse(page.getBoolean("more"));
        // The same page as a poll without waiting returns.
        assertEquals(
                page,
                new JsonObject(
                        WebSocketTestClient.get(base, path + "?after=" + first).body()));
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
                assertEquals(name, page.getString("room"));
                assertEquals(
                        name, page.getJsonArray("messages").getJsonObject(0).getString("room"));
            }
        }
    }

    @Test
    void aPollWithMissedMessagesIsAnsweredAtOnceUpToItsLimit() {
        String start = post("1", "one");
        post("2", "two");
        post("3", "three");
        HttpResponse<String> answer = poll("?after=" + start + "&limit=1", 60).join();
        assertEquals(List.of("two"), texts(answer.body()));
        assertTrue(new JsonObject(answer.body()).getBoolean("more"));
    }

    @Test
    void aPollThatTimesOutContinuesAtItsCursor() {
        String first = post("1", "one");
        HttpResponse<String> answer = poll("?after=" + first, 1).join();
        assertEquals(200, answer.statusCode());
        assertEquals(
                new JsonObject()
                        .put("room", room())
                        .put("messages", new io.vertx.core.json.JsonArray())
                        .put("cursor", first)
                        .put("start", next(first))
                        .put("complete", true)
                        .put("more", false),
                new JsonObject(answer.body()));
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
        assertEquals(all, read);
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
            assertEquals(List.of("two"), texts(poll.join().body()));
        }
    }

    @Test
    void aPollFromAnotherEpochReportsMissingMessages() {
        String now = post("1", "one");
        JsonObject page = new JsonObject(poll("?after=another-1", 60).join().body());
        assertFalse(page.getBoolean("complete"));
        assertEquals(now, page.getString("cursor"));
    }

    @Test
    void aPollFromBeyondTheLogReportsMissingMessages() {
        String first = post("1", "one");
        String beyond = first.substring(0, first.indexOf('-')) + "-5";
        JsonObject page = new JsonObject(poll("?after=" + beyond, 60).join().body());
        assertFalse(page.getBoolean("complete"));
        assertEquals(first, page.getString("cursor"));
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
        assertEquals(200, edited.statusCode());
        JsonObject answer = new JsonObject(edited.body());
        assertEquals(room(), answer.getString("room"));
        assertEquals(message, answer.getString("message"));
        assertTrue(answer.getString("cursor").endsWith("-2"));
        assertEquals(List.of("hello"), texts(WebSocketTestClient.get(base, path).body()));
        assertEquals(200, delete(message, "ann").statusCode());
        assertEquals(List.of(""), texts(WebSocketTestClient.get(base, path).body()));
        assertEquals(409, patch(message, "ann", "again").statusCode());
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
            assertEquals(200, patch(message, "ann", "secret 2").statusCode());
            assertEquals(200, delete(message, "ann").statusCode());
            there.forEach(bob -> bob.await1("deleted"));
            String after = "?after=" + start;
            List<String> pages = List.of(
                    WebSocketTestClient.get(base, path).body(),
                    WebSocketTestClient.get(base, path + after).body(),
                    poll(after, 60).join().body());
            for (String page : pages) {
                assertFalse(page.contains("secret"), page);
            }
            assertEquals(new JsonObject(pages.get(1)), new JsonObject(pages.get(2)));
            JsonObject gone =
                    new JsonObject(pages.get(1)).getJsonArray("messages").getJsonObject(0);
            assertEquals(message, gone.getString("cursor"));
            assertTrue(gone.getBoolean("deleted"));
            try (WebSocketTestClient cy =
                            WebSocketTestClient.connect(base, "cy").join(room(), start);
                    SseTestClient stream = SseTestClient.open(base, path + after)) {
                WebSocketTestClient.until(() ->
                        cy.all("deleted").size() == 2 && stream.all("deleted").size() == 2);
                assertEquals(List.of(gone), cy.all("message"));
                assertEquals(gone, stream.await1("message").frame());
                assertTrue(cy.all("edited").isEmpty() && stream.all("edited").isEmpty());
            }
        } finally {
            there.forEach(WebSocketTestClient::close);
        }
    }

    @Test
    void onlyItsAuthorChangesAMessage() {
        String message = post("1", "mine");
        assertEquals(403, patch(message, "bob", "yours").statusCode());
        assertEquals(403, delete(message, "bob").statusCode());
        assertEquals(List.of("mine"), texts(WebSocketTestClient.get(base, path).body()));
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
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, new JsonObject(answer.body()).getString("code"));
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
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
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals(code, new JsonObject(answer.body()).getString("code"));
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
    }
}
