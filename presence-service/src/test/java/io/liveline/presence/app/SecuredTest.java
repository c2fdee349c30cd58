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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
        assertThat(client.send("PUT", "/rooms/names/presence?name=bob", null, ann)
                        .statusCode())
                .isEqualTo(204);
        JsonArray online = online("names", ann);
        assertThat(online).hasSize(1);
        assertThat(online.getJsonObject(0).getString("user")).isEqualTo("u-4711");
        assertThat(online.getJsonObject(0).getString("name")).isEqualTo("Ann Ash");
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
        assertThat(client.send("PUT", "/rooms/board/presence", null, root).statusCode())
                .isEqualTo(204);
        assertThat(client.send("PUT", "/rooms/team-a/presence", null, ann).statusCode())
                .isEqualTo(204);
        assertThat(client.send("PUT", "/rooms/team-a/typing", null, ann).statusCode())
                .isEqualTo(204);
        assertProblem(403, "forbidden", client.send("PUT", "/rooms/team-b/typing", null, ann));
        for (String method : List.of("GET", "PUT")) {
            // The answer does not depend on whether anybody is in the room.
            HttpResponse<String> there = client.send(method, "/rooms/board/presence", null, ann);
            HttpResponse<String> nowhere = client.send(method, "/rooms/nowhere/presence", null, ann);
            assertProblem(403, "forbidden", there);
            assertThat(nowhere.body()).isEqualTo(there.body());
            assertThat(nowhere.headers().map().keySet())
                    .isEqualTo(there.headers().map().keySet());
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
        assertThat(online("board", root)).hasSize(1);
    }

    @Test
    void aBatchWithOneRoomThatIsNotAllowedEntersNone() {
        String[] ann = bearer("ann", Map.of("join", List.of("mine")));
        String[] root = bearer("root", Map.of("admin", true));
        assertProblem(403, "forbidden", client.send("PUT", "/presence", "{\"rooms\":[\"mine\",\"theirs\"]}", ann));
        assertThat(client.send("PUT", "/rooms/mine/presence", null, root).statusCode())
                .isEqualTo(204);
        await().until(() -> online("mine", root).size() == 1);
        assertThat(online("mine", root).getJsonObject(0).getString("user")).isEqualTo("root");
    }

    @Test
    void aWaitingPollIsAnsweredWhenItsTokenExpires() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().plusSeconds(4));
        String[] ann = {"Authorization", "Bearer " + token};
        String tag = Client.tag(client.get("/rooms/quiet/presence", ann));
        CompletableFuture<HttpResponse<String>> poll = client.poll("/rooms/quiet/presence", tag, 50, ann);
        HttpResponse<String> answer = poll.get(30, TimeUnit.SECONDS);
        assertProblem(401, "token_expired", answer);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isNotEmpty();
        // A token that outlasts the wait has no effect.
        String[] bob = bearer("bob", TestTokens.MEMBER);
        assertThat(client.poll("/rooms/quiet/presence", tag, 1, bob)
                        .get(30, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(304);
    }

    private JsonArray online(String room, String... headers) {
        return Client.json(client.get("/rooms/" + room + "/presence", headers)).getJsonArray("online");
    }

    private static String[] bearer(String user, Map<String, ?> rights) {
        return new String[] {"Authorization", "Bearer " + TestTokens.of(user, rights)};
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }
}
