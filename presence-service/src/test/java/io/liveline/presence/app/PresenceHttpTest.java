package io.liveline.presence.app;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.MembershipEvent;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.Recorder;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@QuarkusTest
class PresenceHttpTest {

    private static final AtomicLong ROOMS = new AtomicLong();

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Inject
    PresenceReplica replica;

    private Client client;
    private String name;
    private String room;

    @BeforeEach
    void fresh() {
        client = new Client(base.getPort());
        name = "room" + ROOMS.incrementAndGet();
        room = "/rooms/" + name;
    }

    @Test
    void anEmptyRoomIsReturned() {
        HttpResponse<String> answer = client.get(room + "/presence");
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("{\"room\":\"" + name + "\",\"online\":[],\"typing\":[],\"summary\":\"\"}", answer.body());
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElseThrow());
    }

    @Test
    void aHeartbeatAddsAPersonAndReturnsTheHeartbeatInterval() {
        HttpResponse<String> put = client.put(room + "/presence?name=ann");
        assertEquals(204, put.statusCode());
        assertEquals("15", put.headers().firstValue("Liveline-Heartbeat").orElseThrow());
        JsonObject ann = online().get(0);
        assertEquals("ann", ann.getString("user"));
        assertEquals("ann", ann.getString("name"));
        assertEquals("active", ann.getString("state"));
        assertTrue(Math.abs(System.currentTimeMillis() - ann.getLong("since")) < 60_000);
    }

    @Test
    void awayIsVisibleAndDeleteRemovesThePerson() {
        assertEquals(
                204,
                client.send("PUT", room + "/presence?name=ann", "{\"state\":\"away\"}")
                        .statusCode());
        assertEquals("away", online().get(0).getString("state"));
        assertEquals(204, client.delete(room + "/presence?name=ann").statusCode());
        awaitOnline();
    }

    @Test
    void theTypingSummaryLeavesOutTheCaller() {
        for (String who : List.of("cy", "ann", "bob")) {
            HttpResponse<String> put = client.put(room + "/typing?name=" + who);
            assertEquals(204, put.statusCode());
            assertEquals("3", put.headers().firstValue("Liveline-Typing").orElseThrow());
        }
        await().until(() -> summary("").equals("ann, bob and cy are typing"));
        assertEquals("ann and cy are typing", summary("?name=bob"));
        assertEquals("ann, bob and cy are typing", summary("?name=dan"));
        client.delete(room + "/typing?name=cy");
        await().until(() -> summary("?name=bob").equals("ann is typing"));
    }

    @Test
    void theTagStaysTheSameUntilSomethingChanges() {
        client.put(room + "/presence?name=ann");
        awaitOnline("ann");
        HttpResponse<String> first = client.get(room + "/presence");
        String tag = Client.tag(first);
        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<String> again = client.get(room + "/presence", "If-None-Match", known);
            assertEquals(304, again.statusCode());
            assertEquals(tag, Client.tag(again));
            assertEquals("", again.body());
        }
        assertEquals(
                200,
                client.get(room + "/presence", "If-None-Match", "\"other\"").statusCode());
        client.put(room + "/typing?name=ann");
        await().until(() -> client.get(room + "/presence", "If-None-Match", tag).statusCode() == 200);
        client.delete(room + "/typing?name=ann");
        await().until(() -> Client.tag(client.get(room + "/presence")).equals(tag));
    }

    @Test
    void aPollIsAnsweredWhenSomethingChangesAndNotBefore() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        CompletableFuture<HttpResponse<String>> poll = client.poll(room + "/presence?name=bob", tag, 30);
        awaitWaiting(1);
        assertFalse(poll.isDone());
        client.put(room + "/presence?name=ann");
        HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
        assertEquals(200, answer.statusCode());
        assertEquals(
                "wait=30", answer.headers().firstValue("Preference-Applied").orElseThrow());
        assertEquals(1, Client.json(answer).getJsonArray("online").size());
        assertNotEquals(tag, Client.tag(answer));
        awaitWaiting(0);
    }

    @Test
    void aPollAnswersNotModifiedAtItsDeadline() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        HttpResponse<String> answer = client.poll(room + "/presence", tag, 1).get(20, TimeUnit.SECONDS);
        assertEquals(304, answer.statusCode());
        assertEquals(tag, Client.tag(answer));
        assertEquals("wait=1", answer.headers().firstValue("Preference-Applied").orElseThrow());
        awaitWaiting(0);
    }

    @Test
    void aLongWaitIsShortenedAndTheAnswerReportsThat() {
        HttpResponse<String> answer = client.get(room + "/presence", "Prefer", "wait=600");
        assertEquals(
                "wait=60", answer.headers().firstValue("Preference-Applied").orElseThrow());
    }

    @Test
    void aBurstOfChangesIsOneAnswerWithAllOfThem() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        CompletableFuture<HttpResponse<String>> poll = client.poll(room + "/presence", tag, 30);
        awaitWaiting(1);
        // In one step of the bus, so that a slow machine cannot separate them.
        RoomName where = new RoomName(name);
        CompletableFuture<?>[] all = List.of("ann", "bob", "cy").stream()
                .map(who -> replica.apply(
                                where, new PresenceCommand.Here(new Person(who, who), "", Presence.State.ACTIVE))
                        .subscribeAsCompletionStage())
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).get(20, TimeUnit.SECONDS);
        assertEquals(
                3,
                Client.json(poll.get(20, TimeUnit.SECONDS))
                        .getJsonArray("online")
                        .size());
    }

    @Test
    void aMessageEndsItsAuthorsTyping() {
        client.put(room + "/typing?name=ann");
        client.put(room + "/typing?name=bob");
        await().until(() -> summary("").equals("ann and bob are typing"));
        say("edited", "bob");
        say("message", "ann");
        await().atMost(Duration.ofSeconds(4)).until(() -> summary("").equals("bob is typing"));
    }

    @Test
    void aDisconnectedClientFreesItsPlaceAtOnce() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        try (Socket socket = new Socket("127.0.0.1", base.getPort())) {
            String request = "GET " + room + "/presence?name=ann HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: " + tag
                    + "\r\nPrefer: wait=50\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            awaitWaiting(1);
        }
        awaitWaiting(0);
    }

    @Test
    void waitingPollsOfOnePersonAreLimitedWithoutAffectingOthers() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            polls.add(client.poll(room + "/presence?name=ann", tag, 50));
        }
        awaitWaiting(3);
        Set<String> retries = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> refused =
                    client.poll(room + "/presence?name=ann", tag, 50).get(20, TimeUnit.SECONDS);
            assertProblem(refused, 503, "full");
            retries.add(refused.headers().firstValue("Retry-After").orElseThrow());
        }
        assertTrue(retries.size() > 1, "all are to come back at once: " + retries);
        polls.add(client.poll(room + "/presence?name=bob", tag, 50));
        awaitWaiting(4);
        client.put(room + "/presence?name=cy");
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertEquals(200, poll.get(20, TimeUnit.SECONDS).statusCode());
        }
        awaitWaiting(0);
    }

    @Test
    void waitingPollsOfAReplicaAreLimited() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            polls.add(client.poll(room + "/presence", tag, 50));
        }
        awaitWaiting(40);
        assertProblem(client.poll(room + "/presence", tag, 50).get(20, TimeUnit.SECONDS), 503, "full");
        assertEquals(304, client.get(room + "/presence", "If-None-Match", tag).statusCode());
        client.put(room + "/presence?name=cy");
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertEquals(200, poll.get(20, TimeUnit.SECONDS).statusCode());
        }
        awaitWaiting(0);
    }

    @Test
    void oneHeartbeatAppliesToSeveralRooms() {
        String batch = "{\"rooms\":[\"" + name + "\",\"" + name + "-b\",\"" + name + "\"],\"state\":\"away\"}";
        HttpResponse<String> put = client.send("PUT", "/presence?name=ann&tab=1", batch);
        assertEquals(204, put.statusCode(), put.body());
        assertEquals("15", put.headers().firstValue("Liveline-Heartbeat").orElseThrow());
        assertEquals("away", online().get(0).getString("state"));
        JsonObject other = Client.json(client.get(room + "-b/presence"));
        assertEquals("ann", other.getJsonArray("online").getJsonObject(0).getString("user"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', bad_json",
        "'null', bad_json",
        "'{}', bad_rooms",
        "'{\"rooms\":[]}', bad_rooms",
        "'{\"rooms\":[\"good\",\"not good\"]}', bad_room",
        "'{\"rooms\":[null]}', bad_json",
        "'{\"rooms\":\"good\"}', bad_json",
        "'{\"rooms\":[\"good\"],\"state\":\"asleep\"}', bad_json",
    })
    void aBadBatchIsAProblemAndChangesNoRoom(String body, String code) {
        String ours = body.replace("good\"", name + "\"").replace("not " + name, "not good");
        assertProblem(client.send("PUT", "/presence?name=ann", ours), 400, code);
        assertEquals(List.of(), online());
    }

    @Test
    void theRoomsOfABatchAreLimited() {
        String rooms = IntStream.range(0, 101)
                .mapToObj(i -> "\"" + name + "-" + i + "\"")
                .collect(Collectors.joining(","));
        assertProblem(client.send("PUT", "/presence?name=ann", "{\"rooms\":[" + rooms + "]}"), 400, "bad_rooms");
        assertProblem(client.send("PUT", "/presence", "{\"rooms\":[\"" + name + "\"]}"), 401, "who_are_you");
    }

    @Test
    void peopleConnectedOverChatArePresent() {
        String event = "{\"replica\":\"c1\",\"lease_ms\":15000,\"rooms\":{\"" + name
                + "\":[{\"user\":\"ann\",\"name\":\"Ann\"}]}}";
        for (String bad : List.of("no json", "{}", "{\"replica\":1}", event.replace("15000", "-1"))) {
            bus.publish(MembershipEvent.TOPIC, Draft.of(bad)).await().atMost(Duration.ofSeconds(20));
        }
        bus.publish(MembershipEvent.TOPIC, Draft.of(event)).await().atMost(Duration.ofSeconds(20));
        awaitOnline("ann");
    }

    @Test
    void typingIsRejectedInALargeRoom() {
        for (int i = 0; i < 5; i++) {
            client.put(room + "/presence?name=p" + i);
        }
        assertProblem(client.put(room + "/typing?name=ann"), 409, "no_typing");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /presence, , 401, who_are_you",
        "PUT, /presence?name=, , 400, bad_name",
        "PUT, /presence?name=a%0Ab, , 400, bad_name",
        "PUT, /presence?name=ann, {, 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":\"asleep\"}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":1}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"mood\":\"good\"}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":\"away\"} x', 400, bad_json",
        "PUT, /presence?name=ann, '[]', 400, bad_json",
        "PUT, /presence?name=ann&tab=a%20b, , 400, bad_tab",
        "DELETE, /presence, , 401, who_are_you",
        "DELETE, /presence?name=ann&tab=%C3%A9, , 400, bad_tab",
        "PUT, /typing, , 401, who_are_you",
        "DELETE, /typing, , 401, who_are_you",
        "GET, /presence?name=, , 400, bad_name",
        "POST, /presence, , 405, method_not_allowed",
    })
    void badInputIsAProblemAndChangesNothing(String method, String path, String body, int status, String code) {
        assertProblem(client.send(method, room + path, body), status, code);
        assertEquals(List.of(), online());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%20b",
                "a%7Bb",
                "%0A",
                "a%00b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aBadRoomIsAProblem(String bad) {
        assertProblem(client.get("/rooms/" + bad + "/presence"), 400, "bad_room");
        assertProblem(client.put("/rooms/" + bad + "/presence?name=ann"), 400, "bad_room");
        assertProblem(client.put("/rooms/" + bad + "/typing?name=ann"), 400, "bad_room");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=-1", "wait=1.5", "wait=soon", "wait=", "wait=99999999999999999999"})
    void aBadWaitIsAProblem(String prefer) {
        assertProblem(client.get(room + "/presence", "Prefer", prefer), 400, "bad_wait");
    }

    @Test
    void aTagThatIsNoneOfOursIsAProblem() {
        assertProblem(client.get(room + "/presence", "If-None-Match", "x".repeat(300)), 400, "bad_tag");
    }

    @Test
    void theNumberOfWaitingPollsIsPublishedSoon() throws Exception {
        Recorder recorder = Recorder.on(bus, ActivityEvent.TOPIC);
        String tag = Client.tag(client.get(room + "/presence"));
        IntStream.range(0, 6).forEach(i -> client.poll(room + "/presence", tag, 30));
        // Well before the number is repeated after ten seconds.
        await().atMost(Duration.ofSeconds(5)).until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("connections", new JsonObject()))
                .anyMatch(fact -> fact.getInteger("longpoll", 0) >= 6));
        client.put(room + "/presence?name=ann");
    }

    @Test
    void roomsAndPollsArePublishedForTheDashboard() throws Exception {
        Recorder recorder = Recorder.on(bus, ActivityEvent.TOPIC);
        client.put(room + "/presence?name=ann");
        client.put(room + "/typing?name=ann");
        await().until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("presence", new JsonObject()))
                .filter(rooms -> rooms.containsKey(name))
                .map(rooms -> rooms.getJsonObject(name))
                .anyMatch(fact -> fact.getInteger("online") == 1
                        && fact.getInteger("typing") == 1
                        && fact.getString("cursor").matches("[0-9a-z]+-\\d+")));
        await().atMost(Duration.ofSeconds(20)).until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()))
                .anyMatch(fact -> fact.getString("replica", "").startsWith("presence-")
                        && fact.getJsonObject("connections").getInteger("longpoll") >= 0));
    }

    private void say(String type, String author) {
        String event = new JsonObject()
                .put("type", type)
                .put("room", name)
                .put("id", "1")
                .put("author", author)
                .put("name", author)
                .put("text", "hello")
                .encode();
        bus.publish(new Topic("room:" + name), Draft.of(event)).await().atMost(Duration.ofSeconds(20));
    }

    private List<JsonObject> online() {
        List<JsonObject> online = new ArrayList<>();
        Client.json(client.get(room + "/presence")).getJsonArray("online").forEach(p -> online.add((JsonObject) p));
        return online;
    }

    private void awaitOnline(String... users) {
        await().until(() ->
                online().stream().map(p -> p.getString("user")).toList().equals(List.of(users)));
    }

    private String summary(String query) {
        return Client.json(client.get(room + "/presence" + query)).getString("summary");
    }

    private void awaitWaiting(int polls) {
        await().until(() -> replica.places().taken() == polls);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(code, Client.json(answer).getString("code"));
    }
}
