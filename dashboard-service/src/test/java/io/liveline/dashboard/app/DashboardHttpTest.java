package io.liveline.dashboard.app;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.dashboard.board.ActivityConsumer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@QuarkusTest
class DashboardHttpTest {

    private static final AtomicLong TESTS = new AtomicLong();

    @TestHTTPResource
    URI base;

    @TestHTTPResource(management = true)
    URI management;

    @Inject
    EventBus bus;

    private Client client;
    private String orders;

    @BeforeEach
    void fresh() {
        client = new Client(base.getPort());
        orders = "orders" + TESTS.incrementAndGet() + ":";
    }

    // -- plain calls

    @Test
    void anIncrementAnswersWithTheNewValueAndIsSeenAtOnce() {
        assertEquals(3, Client.json(client.add(orders, 3)).getLong("value"));
        HttpResponse<String> second = client.add(orders, 4);
        assertEquals(200, second.statusCode());
        assertEquals(orders, Client.json(second).getString("name"));
        assertEquals(7, Client.json(second).getLong("value"));
        JsonObject seen = Client.json(client.get("/counters?names=" + orders));
        assertEquals(
                new JsonObject()
                        .put("value", 7)
                        .put("version", Client.json(second).getString("version")),
                seen.getJsonObject("counters").getJsonObject(orders));
        assertEquals(Client.json(second).getString("version"), seen.getString("cursor"));
    }

    @Test
    void aRepeatedKeyGetsTheSameAnswer() {
        HttpResponse<String> first = client.add(orders, "3", "key");
        client.add(orders, 4);
        assertEquals(first.body(), client.add(orders, "3", "key").body());
        assertProblem(422, "key_reused", client.add(orders, "4", "key"));
        assertEquals(7, value(orders));
    }

    @Test
    void aBatchAddsToAllOrNone() {
        String body = "{\"increments\":{\"" + orders + "a\":1,\"" + orders + "b\":2}}";
        HttpResponse<String> answer = client.send("POST", "/counters/increments", body, "Idempotency-Key", orders);
        assertEquals(200, answer.statusCode(), answer.body());
        JsonObject counters = Client.json(answer).getJsonObject("counters");
        assertEquals(1, counters.getJsonObject(orders + "a").getLong("value"));
        assertEquals(2, counters.getJsonObject(orders + "b").getLong("value"));
        assertEquals(
                answer.body(),
                client.send("POST", "/counters/increments", body, "Idempotency-Key", orders)
                        .body());
        client.set(orders + "b", Long.MAX_VALUE);
        assertProblem(
                409, "overflow", client.send("POST", "/counters/increments", body, "Idempotency-Key", orders + "2"));
        assertEquals(1, value(orders + "a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|bad_json",
                "{\"increments\":{}}|bad_increments",
                "{\"increments\":{\"a\":0}}|bad_by",
                "{\"increments\":{\"a\":null}}|bad_json",
                "{\"increments\":{\"a/b\":1}}|bad_name",
                "{\"increments\":{\"a\":1,\"a\":2}}|bad_json",
                "{\"increments\":[1]}|bad_json",
            })
    void aBadBatchIsAProblem(String body, String code) {
        assertProblem(400, code, client.send("POST", "/counters/increments", body, "Idempotency-Key", orders));
    }

    @Test
    void aGaugeIsSet() {
        assertEquals(200, client.set(orders, -5).statusCode());
        assertEquals(-5, value(orders));
        HttpResponse<String> once = client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k");
        client.set(orders, 10);
        assertEquals(
                once.body(),
                client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k")
                        .body());
        assertEquals(10, value(orders));
    }

    @Test
    void patternsChooseCountersAndUnknownOnesAreLeftOut() {
        client.add(orders + "eu.de", 1);
        client.add(orders + "eu.fr", 2);
        client.add(orders + "us", 3);
        assertEquals(List.of(orders + "eu.de", orders + "eu.fr"), names(orders + "eu.*"));
        assertEquals(List.of(orders + "eu.fr", orders + "us"), names(orders + "us," + orders + "eu.f*"));
        assertEquals(List.of(), names(orders + "nothing"));
        assertTrue(names("*").containsAll(names(orders + "*")));
        assertTrue(names("").containsAll(names(orders + "*")));
    }

    @Test
    void anUnchangedViewIsNotSentAgain() {
        client.add(orders, 1);
        String path = "/counters?names=" + orders + "*";
        String tag = Client.tag(client.get(path));
        HttpResponse<String> same = client.get(path, "If-None-Match", tag);
        assertEquals(304, same.statusCode());
        assertEquals("", same.body());
        client.add("elsewhere", 1);
        assertEquals(304, client.get(path, "If-None-Match", tag).statusCode());
        client.add(orders, 1);
        HttpResponse<String> changed = client.get(path, "If-None-Match", tag);
        assertEquals(200, changed.statusCode());
        assertNotEquals(tag, Client.tag(changed));
    }

    @Test
    void aPollMaySayWhatItHasSeenAndAPositionThatIsNoneIsAProblem() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        for (String path : List.of("/counters?names=" + orders, "/counters/" + orders + "/history?")) {
            assertEquals(200, client.get(path + "&after=" + version).statusCode());
            // The store does not know it either: what there is, is told.
            String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
            assertEquals(200, client.get(path + "&after=" + ahead).statusCode());
            assertProblem(400, "bad_cursor", client.get(path + "&after=garbage"));
        }
        String tag = Client.tag(client.get("/counters?names=" + orders));
        assertTrue(tag.endsWith('.' + version + '"'), tag);
        String foreign = "\"x.aaaa-5\"";
        assertEquals(
                200,
                client.get("/counters?names=" + orders, "If-None-Match", foreign)
                        .statusCode());
    }

    @Test
    void historyHoldsPointsInTheirOrderAndEndsWithTheValueOfNow() {
        client.add(orders, 1);
        await().until(() -> points(orders).size() >= 2);
        client.add(orders, 2);
        await().until(() -> points(orders).size() >= 3);
        JsonArray points = points(orders);
        assertEquals(1, points.getJsonArray(0).getLong(1));
        assertEquals(3, points.getJsonArray(points.size() - 1).getLong(1));
        long last = 0;
        for (int i = 0; i < points.size(); i++) {
            assertTrue(points.getJsonArray(i).getLong(0) > last);
            last = points.getJsonArray(i).getLong(0);
        }
        assertTrue(Math.abs(System.currentTimeMillis() - last) < 60_000);
    }

    // -- bad input

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"by\":-1}|bad_by",
                "{\"by\":0}|bad_by",
                "{\"by\":1.5}|bad_json",
                "{\"by\":1e2}|bad_json",
                "{\"by\":\"3\"}|bad_json",
                "{\"by\":null}|bad_json",
                "{\"by\":true}|bad_json",
                "{\"by\":NaN}|bad_json",
                "{\"by\":9223372036854775808}|bad_json",
                "{\"by\":99999999999999999999999}|bad_json",
                "{\"by\":1,\"colour\":\"red\"}|bad_json",
                "{\"by\":1,\"by\":2}|bad_json",
                "{\"by\":1}{\"by\":1}|bad_json",
                "{}|bad_json",
                "[]|bad_json",
                "null|bad_json",
                "''|bad_json",
                "nonsense|bad_json",
            })
    void aBadIncrementIsAProblemAndCountsNothing(String body, String code) {
        client.set(orders, 7);
        assertProblem(
                400, code, client.send("POST", "/counters/" + orders + "/increments", body, "Idempotency-Key", "k"));
        assertEquals(7, value(orders));
    }

    @Test
    void anIncrementNeedsAKeyThatCanBeOne() {
        String path = "/counters/" + orders + "/increments";
        assertProblem(400, "missing_key", client.send("POST", path, "{\"by\":1}"));
        assertProblem(400, "missing_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", ""));
        assertProblem(400, "bad_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", "a b"));
        assertProblem(400, "bad_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", "k".repeat(129)));
        assertEquals(List.of(), names(orders));
    }

    @Test
    void overflowIsRefusedAndCountsNothing() {
        client.set(orders, Long.MAX_VALUE);
        assertProblem(409, "overflow", client.add(orders, 1));
        assertEquals(Long.MAX_VALUE, value(orders));
        assertProblem(400, "bad_json", client.send("PUT", "/counters/" + orders, "{\"value\":9223372036854775808}"));
        assertEquals(Long.MAX_VALUE, value(orders));
    }

    @ParameterizedTest
    @CsvSource({"a%2Fb", "a%0Ab", "a%0D%0Aid:%20x", "a%00", "..%2F..", "a..b", "a%20b", "a%7Bb", "%22", "a%5Cb", "a*"})
    void aBadNameIsAProblem(String name) {
        assertProblem(400, "bad_name", client.add(name, "1", "k"));
        assertProblem(400, "bad_name", client.set(name, 1));
    }

    @Test
    void aNameThatIsTooLongIsAProblem() {
        assertEquals(
                200, client.set(orders + "x".repeat(128 - orders.length()), 1).statusCode());
        assertProblem(400, "bad_name", client.set("x".repeat(129), 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/counters?names=a%0Ab|400|bad_name",
                "/counters?names=a,,b|400|bad_name",
                "/counters?names=a*b|400|bad_name",
                "/counters/no-such-counter/history|404|unknown_counter",
                "/counters/a%2Fb/history|400|bad_name",
                "/counters/stream?names=a%0Db|400|bad_name",
                "/counters/stream?rate=0|400|bad_rate",
                "/counters/stream?rate=-1|400|bad_rate",
                "/counters/stream?rate=many|400|bad_rate",
                "/counters/stream?after=garbage|400|bad_cursor",
                "/counters/nothing/here|404|not_found",
            })
    void aBadAddressIsAProblem(String path, int status, String code) {
        assertProblem(status, code, client.get(path));
    }

    @Test
    void moreNamesThanAViewMayListAreAProblem() {
        String many = IntStream.range(0, 101).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
        assertProblem(400, "bad_names", client.get("/counters?names=" + many));
    }

    @Test
    void aGarbageLastEventIdIsAProblem() {
        assertProblem(400, "bad_cursor", client.get("/counters/stream", "Last-Event-ID", "garbage"));
        assertProblem(400, "bad_cursor", client.get("/counters/stream", "Last-Event-ID", "a-1\" x"));
    }

    @Test
    void countersOfTheSuiteAreNotForClientsToChange() {
        assertProblem(403, "reserved", client.add("chat.messages", 1));
        assertProblem(403, "reserved", client.set("presence.online", 1));
    }

    @Test
    void aBodyOfOneMegabyteIsRefusedAndCountsNothing() {
        HttpResponse<String> answer = client.send(
                "POST",
                "/counters/" + orders + "/increments",
                "{\"by\":1" + " ".repeat(1 << 20) + "}",
                "Idempotency-Key",
                "k");
        assertProblem(413, "too_large", answer);
        assertEquals(List.of(), names(orders));
    }

    @Test
    void aBodyThatDoesNotSayHowLongItIsHasTheSameLimit() throws Exception {
        HttpResponse<String> answer = chunked("{\"by\":1" + " ".repeat(1 << 20) + "}");
        assertProblem(413, "too_large", answer);
        assertEquals(List.of(), names(orders));
        assertEquals(200, chunked("{\"by\":2}").statusCode());
        assertEquals(List.of(orders), names(orders));
        assertProblem(400, "bad_json", chunked(""));
    }

    private HttpResponse<String> chunked(String body) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/counters/" + orders + "/increments"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "chunked" + bytes.length)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
                .build();
        return Client.HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    // -- the stream

    @Test
    void aStreamBeginsWithASnapshotAndGoesOnWithChanges() {
        client.add(orders + "a", 1);
        client.add(orders + "b", 2);
        try (SseClient viewer = open("?names=" + orders + "*")) {
            awaitEvents(viewer, 1);
            SseClient.Seen first = viewer.events.get(0);
            assertEquals("snapshot", first.event());
            assertEquals(first.id(), first.data().getString("cursor"));
            assertFalse(first.data().getBoolean("reset"));
            assertEquals(Map.of(orders + "a", 1L, orders + "b", 2L), viewer.values());
            client.add(orders + "b", 5);
            awaitEvents(viewer, 2);
            SseClient.Seen second = viewer.events.get(1);
            assertEquals("change", second.event());
            assertEquals(second.id(), second.data().getString("cursor"));
            assertEquals(
                    java.util.Set.of(orders + "b"),
                    second.data().getJsonObject("counters").fieldNames());
            assertEquals(7, viewer.values().get(orders + "b"));
        }
    }

    @Test
    void theHeadTellsProxiesAndBrowsersNotToKeepIt() {
        try (SseClient viewer = open("?names=" + orders);
                SseClient other = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            awaitEvents(other, 1);
            String head = String.join("\n", viewer.head).toLowerCase();
            assertTrue(head.startsWith("http/1.1 200"), head);
            assertTrue(head.contains("content-type: text/event-stream"), head);
            assertTrue(head.contains("cache-control: no-store"), head);
            assertTrue(head.contains("x-accel-buffering: no"), head);
            assertTrue(viewer.lines.get(0).matches("retry: [12][0-9]{3}"), viewer.lines.get(0));
        }
    }

    @Test
    void retriesAreSpread() {
        java.util.Set<String> retries = new java.util.HashSet<>();
        await().until(() -> {
            try (SseClient viewer = open("?names=" + orders)) {
                awaitEvents(viewer, 1);
                retries.add(viewer.lines.get(0));
            }
            return retries.size() > 3;
        });
    }

    @Test
    void aPositionIsResumedWithOnlyWhatChangedSince() {
        client.add(orders + "a", 1);
        client.add(orders + "b", 2);
        String position;
        try (SseClient viewer = open("?names=" + orders + "*")) {
            awaitEvents(viewer, 1);
            position = viewer.lastId();
        }
        client.add(orders + "b", 1);
        client.add(orders + "b", 1);
        for (String query : List.of("?names=" + orders + "*", "?names=" + orders + "*&after=" + position)) {
            try (SseClient back = SseClient.open(
                    base.getPort(), "/counters/stream" + query, query.contains("after") ? null : position)) {
                awaitEvents(back, 1);
                assertEquals("change", back.events.get(0).event());
                assertEquals(Map.of(orders + "b", 4L), back.values());
            }
        }
    }

    @Test
    void aPositionOfAnotherLifeIsToldByAReset() {
        client.add(orders, 1);
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, "0therl1fe-7")) {
            awaitEvents(back, 1);
            assertEquals("snapshot", back.events.get(0).event());
            assertTrue(back.events.get(0).data().getBoolean("reset"));
            assertEquals(Map.of(orders, 1L), back.values());
        }
    }

    @Test
    void aPositionThatIsNotReachedIsToldByAResetInTheEnd() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, ahead)) {
            awaitEvents(back, 1);
            assertTrue(back.events.get(0).data().getBoolean("reset"));
            assertEquals(Map.of(orders, 1L), back.values());
        }
    }

    @Test
    void manyChangesAreFewEventsAndTheNewestValueComes() {
        try (SseClient viewer = open("?names=" + orders);
                SseClient slow = open("?rate=1&names=" + orders)) {
            awaitEvents(viewer, 1);
            awaitEvents(slow, 1);
            for (int i = 0; i < 300; i++) {
                client.add(orders, 1);
            }
            await().until(() -> viewer.values().getOrDefault(orders, 0L) == 300);
            await().until(() -> slow.values().getOrDefault(orders, 0L) == 300);
            assertTrue(viewer.events.size() < 150, "conflated: " + viewer.events.size());
            assertTrue(slow.events.size() <= viewer.events.size(), "slower: " + slow.events.size());
        }
    }

    @Test
    void aViewerHearsNothingOfOtherCounters() {
        try (SseClient viewer = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            client.add(orders + "other", 1);
            client.add(orders, 1);
            awaitEvents(viewer, 2);
            assertEquals(Map.of(orders, 1L), viewer.values());
        }
    }

    @Test
    void aStreamIsServedOverHttp2() throws Exception {
        client.add(orders, 1);
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpResponse<java.util.stream.Stream<String>> stream = http2.send(
                HttpRequest.newBuilder(base.resolve("/counters/stream?names=" + orders))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
        assertEquals(HttpClient.Version.HTTP_2, stream.version());
        try (java.util.stream.Stream<String> lines = stream.body()) {
            client.add(orders, 1);
            assertTrue(lines.anyMatch(line -> line.startsWith("data: ") && line.contains("\"value\":2,")));
        }
    }

    // -- what the suite feeds

    @Test
    void factsOfChatAreCountedOnceHoweverOftenTheyAreTold() {
        String room = "room" + UUID.randomUUID();
        try (SseClient viewer = open("?names=chat.messages." + room)) {
            awaitEvents(viewer, 1);
            String fact = "{\"rooms\":{\"" + room + "\":{\"cursor\":\"k3f9-%d\",\"messages\":%d}}}";
            tell(String.format(fact, 5, 5));
            await().until(() -> viewer.values().getOrDefault("chat.messages." + room, 0L) == 5);
            tell("nonsense");
            tell("{\"rooms\":{\"" + room + "\":{\"cursor\":\"garbage\",\"messages\":-1}}}");
            tell(String.format(fact, 5, 5));
            tell(String.format(fact, 7, 7));
            tell(String.format(fact, 6, 6));
            await().until(() -> viewer.values().getOrDefault("chat.messages." + room, 0L) == 7);
        }
        assertTrue(value("chat.messages") >= 7);
        assertTrue(value("chat.rooms_active") >= 1);
        assertTrue(value("chat.messages_per_minute") >= 7);
    }

    @Test
    void peopleAndConnectionsAreCounted() {
        tell("{\"presence\":{\"lobby\":{\"online\":3,\"typing\":1,\"cursor\":\"abc-4\"}}}");
        tell("{\"replica\":\"chat-1\",\"connections\":{\"websocket\":12}}");
        tell("{\"replica\":\"presence-1\",\"connections\":{\"longpoll\":7}}");
        await().until(() -> value("presence.online") == 3 && value("presence.typing") == 1);
        await().until(() -> value("connections.websocket") == 12 && value("connections.longpoll") == 7);
    }

    @Test
    void streamsAreCountedThemselves() {
        try (SseClient viewer = open("?names=connections.sse")) {
            await().until(() -> viewer.values().getOrDefault("connections.sse", 0L) >= 1);
        }
    }

    @Test
    void meteredByItsNames() {
        client.add(orders, 1);
        String metrics = new Client(management.getPort()).get("/q/metrics").body();
        assertTrue(metrics.contains("liveline_dashboard_streams"), "streams");
        assertTrue(metrics.contains("liveline_dashboard_writes_total"), "writes");
    }

    // -- words

    private SseClient open(String query) {
        return SseClient.open(base.getPort(), "/counters/stream" + query);
    }

    private static void awaitEvents(SseClient viewer, int count) {
        await().pollInterval(Duration.ofMillis(10)).until(() -> viewer.events.size() >= count);
    }

    private void tell(String fact) {
        bus.publish(ActivityConsumer.TOPIC, Draft.of(fact)).await().atMost(Duration.ofSeconds(5));
    }

    private long value(String name) {
        JsonObject counter = Client.json(client.get("/counters?names=" + name))
                .getJsonObject("counters")
                .getJsonObject(name);
        return counter == null ? -1 : counter.getLong("value");
    }

    private List<String> names(String list) {
        return Client.json(client.get("/counters?names=" + list)).getJsonObject("counters").fieldNames().stream()
                .sorted()
                .toList();
    }

    private JsonArray points(String name) {
        return Client.json(client.get("/counters/" + name + "/history")).getJsonArray("points");
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""));
        assertEquals(code, Client.json(answer).getString("code"), answer.body());
        assertEquals(status, Client.json(answer).getInteger("status"));
    }
}
