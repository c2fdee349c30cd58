package io.liveline.dashboard.app;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.inject.Inject;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Access to the service with tokens. */
@QuarkusTest
@TestProfile(TestTokens.class)
class SecuredTest {

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    private Client client;

    @BeforeEach
    void fresh() {
        client = new Client(base.getPort());
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/counters",
        "GET,/counters?name=ann",
        "GET,/counters/stream?names=a",
        "GET,/counters/orders/history",
        "POST,/counters/orders/increments",
        "POST,/counters/increments",
        "PUT,/counters/orders",
    })
    void nobodyIsLetInWithoutAToken(String method, String path) {
        String body = method.equals("GET") ? null : "{}";
        assertProblem(401, "unauthorized", client.send(method, path, body));
        String expired = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().minusSeconds(60));
        assertProblem(401, "token_expired", client.send(method, path, body, "Authorization", "Bearer " + expired));
    }

    @Test
    void onlyCountersOfTheClaimAreWritten() {
        String[] shop = bearer("shop", Map.of("counters", List.of("orders*", "visitors")));
        assertThat(add("orders.eu", "k", shop).statusCode()).isEqualTo(200);
        assertThat(set("visitors", shop).statusCode()).isEqualTo(200);
        // The answer does not depend on whether the counter exists.
        String[] root = bearer("root", Map.of("admin", true));
        assertThat(set("takings", root).statusCode()).isEqualTo(200);
        HttpResponse<String> there = set("takings", shop);
        HttpResponse<String> nowhere = set("nowhere", shop);
        assertProblem(403, "forbidden", there);
        assertThat(nowhere.body()).isEqualTo(there.body());
        assertProblem(403, "forbidden", add("takings", "k", shop));
        assertProblem(403, "forbidden", add("visitors2", "k", shop));
        assertProblem(403, "forbidden", add("orders", "k", bearer("eve", Map.of("join", List.of("*")))));
        // Not even an administrator may change counters of the suite.
        assertProblem(403, "reserved", set("chat.messages", root));
    }

    @Test
    void aBatchWithOneCounterThatIsNotAllowedWritesNone() {
        String[] shop = bearer("shop", Map.of("counters", List.of("basket*")));
        String body = "{\"increments\":{\"basket1\":1,\"takings2\":1}}";
        assertProblem(403, "forbidden", client.send("POST", "/counters/increments", body, with("k", shop)));
        assertThat(names("basket1,takings2", shop)).isEmpty();
    }

    @Test
    void countersOfRoomsThatMayNotBeReadAreHidden() {
        publish(
                "{\"rooms\":{\"secret\":{\"cursor\":\"abcd-5\",\"messages\":5},\"team-a\":{\"cursor\":\"abcd-7\",\"messages\":7}}}");
        String[] member = bearer("ann", Map.of("join", List.of("secret", "team-*")));
        String[] guest = bearer("eve", Map.of("join", List.of("team-*")));
        await().until(() -> names("chat.messages.*", member).size() == 2);
        assertThat(names("chat.messages.*", guest)).isEqualTo(Set.of("chat.messages.team-a"));
        assertThat(names("chat.messages.secret", guest)).isEmpty();
        assertThat(names("*", guest)).doesNotContain("chat.messages.secret");
        assertThat(names("c*", guest)).doesNotContain("chat.messages.secret");
        assertThat(names("*", bearer("root", Map.of("admin", true)))).contains("chat.messages.secret");
        HttpResponse<String> hidden = client.get("/counters/chat.messages.secret/history", guest);
        HttpResponse<String> nowhere = client.get("/counters/chat.messages.nowhere/history", guest);
        assertProblem(404, "unknown_counter", hidden);
        assertThat(hidden.body()).isEqualTo(nowhere.body());
        assertThat(client.get("/counters/chat.messages.secret/history", member).statusCode())
                .isEqualTo(200);
        try (SseClient mine = SseClient.open(base.getPort(), "/counters/stream?names=chat.*", null, member);
                SseClient theirs = SseClient.open(base.getPort(), "/counters/stream?names=chat.*", null, guest)) {
            await().until(() -> !mine.events.isEmpty() && !theirs.events.isEmpty());
            publish("{\"rooms\":{\"secret\":{\"cursor\":\"abcd-6\",\"messages\":6}}}");
            publish("{\"rooms\":{\"team-a\":{\"cursor\":\"abcd-8\",\"messages\":8}}}");
            await().until(() -> Long.valueOf(6).equals(mine.values().get("chat.messages.secret"))
                    && Long.valueOf(8).equals(theirs.values().get("chat.messages.team-a")));
            assertThat(theirs.lines.toString())
                    .as("a room that may not be read is visible")
                    .doesNotContain("secret");
        }
    }

    @Test
    void aStreamEndsWithItsTokenAndResumesWithANewOne() {
        String[] brief = {
            "Authorization",
            "Bearer " + TestTokens.of("ann", TestTokens.MEMBER, Instant.now().plusSeconds(4))
        };
        String[] lasting = bearer("bob", TestTokens.MEMBER);
        String position;
        try (SseClient viewer = SseClient.open(base.getPort(), "/counters/stream", null, brief);
                SseClient other = SseClient.open(base.getPort(), "/counters/stream", null, lasting)) {
            await().until(() -> !viewer.events.isEmpty() && !other.events.isEmpty());
            await().until(viewer::hasEnded);
            assertThat(other.hasEnded()).isFalse();
            position = viewer.lastId();
        }
        assertProblem(401, "token_expired", client.get("/counters/stream", brief));
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream", position, lasting)) {
            client.send("PUT", "/counters/seen-after", "{\"value\":1}", lasting);
            await().until(() -> back.values().containsKey("seen-after"));
        }
    }

    private void publish(String fact) {
        bus.publish(ActivityEvent.TOPIC, Draft.of(fact)).await().indefinitely();
    }

    private Set<String> names(String list, String... headers) {
        return Client.json(client.get("/counters?names=" + list, headers))
                .getJsonObject("counters")
                .fieldNames();
    }

    private HttpResponse<String> add(String name, String key, String... headers) {
        return client.send("POST", "/counters/" + name + "/increments", "{\"by\":1}", with(key, headers));
    }

    private HttpResponse<String> set(String name, String... headers) {
        return client.send("PUT", "/counters/" + name, "{\"value\":1}", headers);
    }

    private static String[] with(String key, String... headers) {
        return new String[] {headers[0], headers[1], "Idempotency-Key", key};
    }

    private static String[] bearer(String user, Map<String, ?> rights) {
        return new String[] {"Authorization", "Bearer " + TestTokens.of(user, rights)};
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }
}
