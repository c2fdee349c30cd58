package io.liveline.services.replicas;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.services.http.LimitsTest;
import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of two replicas of each service, in separate processes, on a real Redis. */
class ReplicasIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisServer redis;
    private static Service chatA;
    private static Service chatB;
    private static Service dashboardA;
    private static Service dashboardB;
    private static Service presenceA;
    private static Service presenceB;

    @BeforeAll
    static void start() {
        redis = RedisServer.launch();
        List<Service> all = Stream.of("chat", "chat", "dashboard", "dashboard", "presence", "presence")
                .map(name -> replica(name + "-service"))
                .toList();
        all.forEach(Service::awaitListening);
        chatA = all.get(0);
        chatB = all.get(1);
        dashboardA = all.get(2);
        dashboardB = all.get(3);
        presenceA = all.get(4);
        presenceB = all.get(5);
        for (Service service : all) {
            await().atMost(PATIENCE).until(() -> service.get("/q/health/ready").statusCode() == 200);
        }
    }

    @AfterAll
    static void stop() {
        Stream.of(chatA, chatB, dashboardA, dashboardB, presenceA, presenceB)
                .filter(service -> service != null)
                .forEach(Service::close);
        redis.close();
    }

    private static Service replica(String module) {
        return Service.begin(module, Map.of("quarkus.redis.hosts", redis.url()));
    }

    private static JsonObject json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return new JsonObject(response.body());
    }

    @Test
    void clientsOnTwoReplicasReceiveTheSameMessagesInTheSameOrder() {
        ChatClient ann = ChatClient.connect(chatA.at("/chat"), "ann").join("order", null);
        ChatClient bob = ChatClient.connect(chatB.at("/chat"), "bob").join("order", null);

        IntStream.range(0, 200).forEach(i -> {
            ann.post("order", "a" + i, "ann " + i);
            bob.post("order", "b" + i, "bob " + i);
        });

        ann.awaitCount("message", 400);
        bob.awaitCount("message", 400);
        assertThat(ann.all("message")).isEqualTo(bob.all("message"));
        assertThat(ann.texts().stream().filter(text -> text.startsWith("bob")))
                .containsExactlyElementsOf(
                        IntStream.range(0, 200).mapToObj(i -> "bob " + i).toList());
        assertThat(ann.awaitCount("posted", 200)).hasSize(200);
    }

    @Test
    void aReplicaIsKilledAndItsClientContinuesOnTheOtherWithoutLossOrDuplicate() {
        Service doomed = replica("chat-service");
        doomed.awaitListening();
        await().atMost(PATIENCE).until(() -> doomed.get("/q/health/ready").statusCode() == 200);
        ChatClient ann = ChatClient.connect(doomed.at("/chat"), "ann").join("move", null);
        ChatClient bob = ChatClient.connect(chatB.at("/chat"), "bob").join("move", null);
        IntStream.range(0, 100).forEach(i -> bob.post("move", "b" + i, "text " + i));
        ann.awaitText("text 20");

        doomed.process().kill();
        IntStream.range(100, 200).forEach(i -> bob.post("move", "b" + i, "text " + i));
        bob.awaitText("text 199");
        List<String> before = ann.texts();
        ChatClient again = ChatClient.connect(chatB.at("/chat"), "ann").join("move", ann.cursor());
        bob.post("move", "last", "last");
        again.awaitText("last");

        assertThat(again.await("joined").getBoolean("recovered")).isTrue();
        List<String> seen = new ArrayList<>(before);
        seen.addAll(again.texts());
        List<String> sent = new ArrayList<>(
                IntStream.range(0, 200).mapToObj(i -> "text " + i).toList());
        sent.add("last");
        assertThat(seen).isEqualTo(sent);
    }

    @Test
    void aPostRepeatedOnTheOtherReplicaIsStoredOnce() {
        String path = "/rooms/repeat/messages?name=ann";
        HttpResponse<String> first = chatA.send("POST", path, "{\"text\":\"once\"}", "Idempotency-Key", "k1");
        HttpResponse<String> second = chatB.send("POST", path, "{\"text\":\"once\"}", "Idempotency-Key", "k1");

        assertThat(json(second).getString("cursor")).isEqualTo(json(first).getString("cursor"));
        assertThat(json(chatA.get("/rooms/repeat/messages")).getJsonArray("messages"))
                .hasSize(1);
    }

    @Test
    void aTypedMessageIsTheSameOnEveryReplicaAndItsIdIsOneContent() {
        String path = "/rooms/typed/messages";
        String typed = "\"text\":\"Paid\",\"kind\":\"order.paid\",\"data\":{\"sum\":12.50,\"order\":7}}";
        try (ChatClient ann = ChatClient.connect(chatB.at("/chat"), "ann").join("typed", null)) {
            String first = json(chatA.send("POST", path + "?name=ann", "{" + typed, "Idempotency-Key", "k1"))
                    .getString("cursor");
            ann.await("message");
            assertThat(ann.lines()).anyMatch(line -> line.endsWith(typed));
            assertThat(chatB.get(path).body()).contains(typed);

            json(chatB.send("PATCH", path + "/" + first + "?name=ann", "{\"data\":{\"sum\":13}}"));
            ann.send("{\"type\":\"post\",\"room\":\"typed\",\"id\":\"k1\"," + typed);
            assertThat(ann.await("posted").getString("cursor")).isEqualTo(first);
            HttpResponse<String> other = chatB.send(
                    "POST", path + "?name=ann", "{" + typed.replace("12.50", "12.5"), "Idempotency-Key", "k1");
            assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
            assertThat(chatA.get(path).body())
                    .contains("\"kind\":\"order.paid\",\"data\":{\"sum\":13},\"edited\":true}");
        }
    }

    @Test
    void aCounterIncrementedOnOneReplicaIsSeenOnTheOther() {
        String path = "/counters/orders/increments";
        HttpResponse<String> first = dashboardA.send("POST", path, "{\"by\":3}", "Idempotency-Key", "k1");
        HttpResponse<String> repeated = dashboardB.send("POST", path, "{\"by\":3}", "Idempotency-Key", "k1");

        assertThat(repeated.body()).isEqualTo(first.body());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(counter(dashboardB, "orders")).isEqualTo(3));
    }

    @Test
    void theMessageCounterFollowsTheChatOnBothDashboards() {
        ChatClient ann = ChatClient.connect(chatA.at("/chat"), "ann").join("counted", null);
        IntStream.range(0, 25).forEach(i -> ann.post("counted", "c" + i, "text"));
        ann.awaitCount("posted", 25);

        for (Service dashboard : List.of(dashboardA, dashboardB)) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(counter(dashboard, "chat.messages.counted"))
                    .isEqualTo(25));
        }
    }

    @Test
    void aPollOnOneReplicaReceivesTypingOnTheOtherAndItsEndAfterAPost() {
        presenceA.send("PUT", "/rooms/typed/presence?name=ann", "{\"state\":\"active\"}");
        HttpResponse<String> now = presenceB.get("/rooms/typed/presence?name=bob");
        presenceA.send("PUT", "/rooms/typed/typing?name=ann", null);

        HttpResponse<String> typing = awaitChange(presenceB, now, "ann is typing");
        ChatClient ann = ChatClient.connect(chatA.at("/chat"), "ann").join("typed", null);
        ann.post("typed", "t1", "done");
        long posted = System.nanoTime();
        HttpResponse<String> ended = awaitChange(presenceB, typing, "");

        assertThat(json(ended).getJsonArray("typing")).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - posted))
                .as("ended by the message, not by its timeout")
                .isLessThan(Duration.ofSeconds(5));
        assertThat(json(presenceA.get("/rooms/typed/presence")).getJsonArray("online"))
                .hasSize(1);
    }

    @Test
    void aUserOfOneReplicaCanLeaveAndStopTypingOverTheOther() {
        presenceA.send("PUT", "/rooms/left/presence?name=ann", null);
        presenceA.send("PUT", "/rooms/left/presence?name=bob", null);
        presenceA.send("PUT", "/rooms/left/typing?name=ann", null);
        HttpResponse<String> typing =
                awaitChange(presenceA, presenceA.get("/rooms/left/presence?name=bob"), "ann is typing");

        assertThat(presenceB.send("DELETE", "/rooms/left/typing?name=ann", null).statusCode())
                .isEqualTo(204);
        HttpResponse<String> idle = awaitChange(presenceA, typing, "");
        assertThat(presenceB
                        .send("DELETE", "/rooms/left/presence?name=ann", null)
                        .statusCode())
                .isEqualTo(204);
        HttpResponse<String> left = presenceA.get(
                "/rooms/left/presence",
                "If-None-Match",
                idle.headers().firstValue("ETag").orElseThrow(),
                "Prefer",
                "wait=20");

        assertThat(json(left).getJsonArray("online").getJsonObject(0).getString("user"))
                .isEqualTo("bob");
        assertThat(json(left).getJsonArray("online")).hasSize(1);
    }

    @Test
    void equalRostersHaveEqualETagsOnBothReplicas() {
        presenceA.send("PUT", "/rooms/tags/presence?name=ann", "{\"state\":\"active\"}");
        presenceB.send("PUT", "/rooms/tags/presence?name=bob", "{\"state\":\"away\"}");

        String tag = presenceA
                .get("/rooms/tags/presence")
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        assertThat(presenceB.get("/rooms/tags/presence", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
    }

    @Test
    void everyMetricOfALimitInTheDocumentExistsInAService() {
        chatA.send("POST", "/rooms/metrics/messages?name=ann", "nonsense", "Idempotency-Key", "k");
        String metrics = Stream.of(chatA, dashboardA, presenceA)
                .map(service -> service.get("/q/metrics").body())
                .collect(Collectors.joining());
        for (LimitsTest.Limit limit : LimitsTest.table()) {
            if (limit.metric().startsWith("liveline.edge.tokens")) {
                // Guests have no tokens: RequestAuthenticationTest checks this metric.
                continue;
            }
            assertThat(metrics).as(limit.key()).contains(limit.metric().replace('.', '_'));
        }
        assertThat(metrics).contains("liveline_edge_refused_total{code=\"bad_json\"");
    }

    /** Long-polls until the summary is this one. */
    private static HttpResponse<String> awaitChange(Service service, HttpResponse<String> from, String summary) {
        HttpResponse<String> state = from;
        for (int polls = 0; polls < 20; polls++) {
            if (state.statusCode() == 200 && summary.equals(json(state).getString("summary"))) {
                return state;
            }
            String tag = state.headers().firstValue("ETag").orElseThrow();
            HttpResponse<String> next = service.get(
                    state.request().uri().getPath() + "?"
                            + state.request().uri().getQuery(),
                    "If-None-Match",
                    tag,
                    "Prefer",
                    "wait=10");
            state = next.statusCode() == 304 ? state : next;
        }
        throw new AssertionError("never: " + summary + ", but " + state.body());
    }

    private static long counter(Service dashboard, String name) {
        JsonObject counter = json(dashboard.get("/counters?names=" + name))
                .getJsonObject("counters")
                .getJsonObject(name);
        return counter == null ? 0 : counter.getLong("value");
    }
}
