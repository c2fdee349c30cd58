package io.liveline.presence.app;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** Access to the service with tokens. */
@QuarkusTest
@TestProfile(TestTokens.class)
class SecuredTest {

    @TestHTTPResource
    URI base;

    private Client client;

    @BeforeEach
    void fresh() {
        client = new Client(base.getPort());
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/rooms/lobby/presence",
        "GET,/rooms/lobby/presence?name=ann",
        "PUT,/rooms/lobby/presence?name=ann",
        "DELETE,/rooms/lobby/presence?name=ann",
        "PUT,/rooms/lobby/typing?name=ann",
        "DELETE,/rooms/lobby/typing?name=ann",
        "PUT,/presence?name=ann",
    })
    void nobodyIsLetInWithoutAToken(String method, String path) {
        assertProblem(401, "unauthorized", client.send(method, path, null));
        String expired = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().minusSeconds(60));
        assertProblem(401, "token_expired", client.send(method, path, null, "Authorization", "Bearer " + expired));
    }

    @Test
    void thePersonIsThatOfTheTokenWhateverNameIsSent() {
        String token = TestTokens.claims("u-4711", TestTokens.MEMBER)
                .claim("name", "Ann Ash")
                .sign(TestTokens.privateKey());
        String[] ann = {"Authorization", "Bearer " + token};
        assertEquals(
                204,
                client.send("PUT", "/rooms/names/presence?name=bob", null, ann).statusCode());
        JsonArray online = online("names", ann);
        assertEquals(1, online.size());
        assertEquals("u-4711", online.getJsonObject(0).getString("user"));
        assertEquals("Ann Ash", online.getJsonObject(0).getString("name"));
        // A name in the request cannot make another person leave.
        String[] eve = bearer("eve", TestTokens.MEMBER);
        client.send("DELETE", "/rooms/names/presence?name=u-4711", null, eve);
        client.send("PUT", "/rooms/names/presence", null, eve);
        await().until(() -> online("names", ann).size() == 2);
    }

    @Test
    void onlyRoomsOfTheClaimAreReadAndEntered() {
        String[] ann = bearer("ann", Map.of("join", List.of("team-*"), "post", List.of("team-a")));
        String[] root = bearer("root", Map.of("admin", true));
        assertEquals(
                204, client.send("PUT", "/rooms/board/presence", null, root).statusCode());
        assertEquals(
                204, client.send("PUT", "/rooms/team-a/presence", null, ann).statusCode());
        assertEquals(204, client.send("PUT", "/rooms/team-a/typing", null, ann).statusCode());
        assertProblem(403, "forbidden", client.send("PUT", "/rooms/team-b/typing", null, ann));
        for (String method : List.of("GET", "PUT")) {
            // The answer does not depend on whether anybody is in the room.
            HttpResponse<String> there = client.send(method, "/rooms/board/presence", null, ann);
            HttpResponse<String> nowhere = client.send(method, "/rooms/nowhere/presence", null, ann);
            assertProblem(403, "forbidden", there);
            assertEquals(there.body(), nowhere.body());
            assertEquals(there.headers().map().keySet(), nowhere.headers().map().keySet());
        }
        assertProblem(
                403,
                "forbidden",
                client.send(
                        "GET",
                        "/rooms/board/presence",
                        null,
                        ann[0],
                        ann[1],
                        "If-None-Match",
                        "*",
                        "Prefer",
                        "wait=5"));
        assertEquals(1, online("board", root).size());
    }

    @Test
    void aBatchWithOneRoomThatIsNotAllowedEntersNone() {
        String[] ann = bearer("ann", Map.of("join", List.of("mine")));
        String[] root = bearer("root", Map.of("admin", true));
        assertProblem(403, "forbidden", client.send("PUT", "/presence", "{\"rooms\":[\"mine\",\"theirs\"]}", ann));
        assertEquals(204, client.send("PUT", "/rooms/mine/presence", null, root).statusCode());
        await().until(() -> online("mine", root).size() == 1);
        assertEquals("root", online("mine", root).getJsonObject(0).getString("user"));
    }

    @Test
    void aWaitingPollIsAnsweredWhenItsTokenExpires() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().plusSeconds(4));
        String[] ann = {"Authorization", "Bearer " + token};
        String tag = Client.tag(client.get("/rooms/quiet/presence", ann));
        CompletableFuture<HttpResponse<String>> poll = client.poll("/rooms/quiet/presence", tag, 50, ann);
        HttpResponse<String> answer = poll.get(30, TimeUnit.SECONDS);
        assertProblem(401, "token_expired", answer);
        assertFalse(answer.headers().firstValue("WWW-Authenticate").isEmpty());
        // A token that outlasts the wait has no effect.
        String[] bob = bearer("bob", TestTokens.MEMBER);
        assertEquals(
                304,
                client.poll("/rooms/quiet/presence", tag, 1, bob)
                        .get(30, TimeUnit.SECONDS)
                        .statusCode());
    }

    private JsonArray online(String room, String... headers) {
        return Client.json(client.get("/rooms/" + room + "/presence", headers)).getJsonArray("online");
    }

    private static String[] bearer(String user, Map<String, ?> rights) {
        return new String[] {"Authorization", "Bearer " + TestTokens.of(user, rights)};
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, new JsonObject(answer.body()).getString("code"));
    }
}
