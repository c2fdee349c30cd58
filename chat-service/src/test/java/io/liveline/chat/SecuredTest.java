package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Test of chat with token authentication. */
@QuarkusTest
@TestProfile(SecuredTest.Settings.class)
class SecuredTest {

    /** Allows few frames at once, and hardly any refill. */
    public static final class Settings extends TestTokens {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("liveline.edge.rate.limited", "true");
            settings.put("liveline.edge.rate.person.burst", "60");
            settings.put("liveline.edge.rate.person.per-second", "1");
            return settings;
        }
    }

    @TestHTTPResource
    URI base;

    // -- authentication

    @ParameterizedTest
    @CsvSource({
        "GET,/rooms/lobby/messages",
        "GET,/rooms/lobby/messages?name=ann",
        "POST,/rooms/lobby/messages?name=ann",
        "PATCH,/rooms/lobby/messages/abcd-1?name=ann",
        "DELETE,/rooms/lobby/messages/abcd-1?name=ann",
    })
    void nobodyIsLetInWithoutAToken(String method, String path) {
        String body = method.startsWith("P") ? "{\"text\":\"hello\"}" : null;
        assertProblem(401, "unauthorized", WebSocketTestClient.http(base, method, path, body));
        assertProblem(
                401, "unauthorized", WebSocketTestClient.http(base, method, path, body, "Accept", "text/event-stream"));
        assertProblem(
                401,
                "token_expired",
                WebSocketTestClient.http(base, method, path, body, "Authorization", "Bearer " + expired("ann")));
    }

    static Stream<String> badTokens() {
        return Stream.of(
                expired("ann"),
                TestTokens.claims("ann", TestTokens.MEMBER)
                        .issuer("https://evil.test")
                        .sign(TestTokens.privateKey()),
                TestTokens.of("ann", TestTokens.MEMBER) + "x",
                "garbage");
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void noSocketIsOpenedWithAnInvalidToken(String token) {
        assertThat(refused(() -> WebSocketTestClient.withToken(base, token))).isEqualTo(401);
    }

    @Test
    void noSocketIsOpenedForANameAlone() {
        assertThat(refused(() -> WebSocketTestClient.connect(base, "ann"))).isEqualTo(401);
    }

    private static int refused(Runnable connect) {
        Throwable failure =
                catchThrowableOfType(CompletionException.class, connect::run).getCause();
        return ((WebSocketHandshakeException) failure).getResponse().statusCode();
    }

    @Test
    void theSubprotocolCarriesTheTokenAndIsNotAnsweredWithIt() {
        String token =
                TestTokens.claims("u-1", TestTokens.MEMBER).claim("name", "Ann").sign(TestTokens.privateKey());
        try (WebSocketTestClient ann = WebSocketTestClient.withToken(base, token)) {
            assertThat(ann.subprotocol()).isEqualTo("liveline.v1");
            assertThat(ann.await1("welcome").getString("user")).isEqualTo("u-1");
            assertThat(ann.await1("welcome").getString("name")).isEqualTo("Ann");
        }
        String carrier = "quarkus-http-upgrade%23Authorization%23Bearer%20" + token;
        String head = RawSocketClient.answer(
                base,
                "GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: " + carrier + ", liveline.v1\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 101");
        assertThat(head.toLowerCase()).as(head).contains("sec-websocket-protocol: liveline.v1\r\n");
        assertThat(head).as("the token is answered").doesNotContain(token);
    }

    @Test
    void aTokenThatIsNotCachedOpensASocketEachTime() {
        for (int i = 0; i < 10; i++) {
            try (WebSocketTestClient client =
                    WebSocketTestClient.withToken(base, TestTokens.of("fresh" + i, TestTokens.MEMBER))) {
                client.join("fresh", null).post("fresh", "1", "from " + i);
                client.awaitText("from " + i);
            }
        }
    }

    // -- expiry and renewal

    @Test
    void aConnectionEndsWithItsToken() {
        try (WebSocketTestClient ann = WebSocketTestClient.withToken(base, brief("ann"));
                WebSocketTestClient bob =
                        WebSocketTestClient.withToken(base, TestTokens.of("bob", TestTokens.MEMBER))) {
            ann.join("ends", null);
            assertThat(ann.awaitClosed()).isEqualTo(3401);
            assertThat(ann.await1("error").getString("code")).isEqualTo("token_expired");
            assertThat(bob.isOpen()).isTrue();
        }
    }

    @Test
    void anotherTokenInTimeKeepsTheConnectionWithItsRooms() {
        String last = TestTokens.of("cy", TestTokens.MEMBER);
        try (WebSocketTestClient cy = WebSocketTestClient.withToken(base, brief("cy"));
                WebSocketTestClient other = WebSocketTestClient.withToken(base, brief("dan"))) {
            cy.join("goes-on", null);
            cy.send(token(last));
            // Opened later with a token that expires at the same time: when it ends, the first connection would have
            // ended as well.
            assertThat(other.awaitClosed()).isEqualTo(3401);
            try (WebSocketTestClient later = WebSocketTestClient.withToken(base, brief("eve"))) {
                assertThat(later.awaitClosed()).isEqualTo(3401);
            }
            cy.post("goes-on", "1", "still here");
            cy.awaitText("still here");
            assertThat(cy.all("error")).isEmpty();
        }
    }

    @Test
    void aMemberThatJoinsOrRenewsWithAnotherNameIsListedUnderIt() {
        try (WebSocketTestClient bob = WebSocketTestClient.withToken(base, TestTokens.of("bob", TestTokens.MEMBER));
                WebSocketTestClient first = WebSocketTestClient.withToken(base, named("Ann", 300))) {
            bob.join("names", null);
            first.join("names", null);
            bob.awaitFrame("members", members -> members.encode().contains("\"Ann\""));
            try (WebSocketTestClient second = WebSocketTestClient.withToken(base, named("Anna", 200))) {
                second.join("names", null);
                bob.awaitFrame("members", members -> members.encode().contains("\"Anna\""));
                assertThat(members(second)).isEqualTo(List.of("bob:bob", "u-1:Anna"));
                second.send(token(named("Annabel", 100)));
                bob.awaitFrame("members", members -> members.encode().contains("\"Annabel\""));
                // The token of the older tab still has the older name.
                try (WebSocketTestClient third =
                        WebSocketTestClient.withToken(base, named("Ann", 300)).join("names", null)) {
                    assertThat(members(third)).isEqualTo(List.of("bob:bob", "u-1:Annabel"));
                }
            }
        }
    }

    /**
     * Returns a token.
     *
     * @param secondsAgo age of the token
     */
    private static String named(String name, long secondsAgo) {
        return TestTokens.claims("u-1", TestTokens.MEMBER)
                .claim("name", name)
                .issuedAt(Instant.now().minusSeconds(secondsAgo))
                .sign(TestTokens.privateKey());
    }

    private static List<String> members(WebSocketTestClient client) {
        return client.await1("joined").getJsonArray("members").stream()
                .map(JsonObject.class::cast)
                .map(person -> person.getString("user") + ":" + person.getString("name"))
                .sorted()
                .toList();
    }

    @Test
    void anInvalidRenewalIsAnsweredAndTheConnectionStaysOpenUntilItsTokenExpires() {
        try (WebSocketTestClient fay = WebSocketTestClient.withToken(base, brief("fay"))) {
            fay.send(token(TestTokens.of("somebody-else", Map.of("admin", true))));
            fay.awaitFrame("error", error -> error.getString("code").equals("unauthorized"));
            fay.send(token("garbage"));
            WebSocketTestClient.until(() -> fay.all("error").size() == 2);
            fay.send(token(expired("fay")));
            fay.awaitFrame("error", error -> error.getString("code").equals("token_expired"));
            assertThat(fay.awaitClosed()).isEqualTo(3401);
        }
    }

    @Test
    void roomsThatANewTokenDoesNotPermitAreLeft() {
        try (WebSocketTestClient gus = WebSocketTestClient.withToken(base, TestTokens.of("gus", TestTokens.MEMBER));
                WebSocketTestClient hal =
                        WebSocketTestClient.withToken(base, TestTokens.of("hal", TestTokens.MEMBER))) {
            gus.join("kept", null).join("lost", null);
            hal.join("kept", null).join("lost", null);
            gus.send(token(TestTokens.of("gus", Map.of("join", List.of("kept")))));
            JsonObject error = gus.awaitFrame("error", frame -> "lost".equals(frame.getString("room")));
            assertThat(error.getString("code")).isEqualTo("forbidden");
            hal.post("lost", "1", "not for gus");
            hal.awaitText("not for gus");
            hal.post("kept", "2", "for gus");
            gus.awaitText("for gus");
            assertThat(gus.texts()).isEqualTo(List.of("for gus"));
        }
    }

    @Test
    void aStreamAndAWaitingPollEndWithTheirTokens() {
        String token = brief("ida");
        String[] ida = {"Authorization", "Bearer " + token};
        String cursor = new JsonObject(WebSocketTestClient.get(base, "/rooms/quiet/messages", ida)
                        .body())
                .getString("cursor");
        try (SseTestClient stream = SseTestClient.open(base, "/rooms/quiet/messages", ida)) {
            HttpResponse<String> poll = WebSocketTestClient.get(
                    base, "/rooms/quiet/messages?after=" + cursor, ida[0], ida[1], "Prefer", "wait=50");
            assertProblem(401, "token_expired", poll);
            WebSocketTestClient.until(stream::isEnded);
            assertThat(stream.await1("error").frame().getString("code")).isEqualTo("token_expired");
        }
        HttpResponse<String> short1 = WebSocketTestClient.get(
                base,
                "/rooms/quiet/messages?after=" + cursor,
                "Authorization",
                "Bearer " + TestTokens.of("ida", TestTokens.MEMBER),
                "Prefer",
                "wait=1");
        assertThat(short1.statusCode()).isEqualTo(200);
    }

    // -- permissions

    @Test
    void onlyRoomsOfTheClaimAreJoinedAndReadWhetherTheyExistOrNot() {
        String[] root = {"Authorization", "Bearer " + TestTokens.of("root", Map.of("admin", true))};
        post("board", "secret plans", root);
        String token = TestTokens.of("jon", Map.of("join", List.of("team-*")));
        String[] jon = {"Authorization", "Bearer " + token};
        try (WebSocketTestClient client = WebSocketTestClient.withToken(base, token)) {
            client.join("team-a", null);
            client.send(new JsonObject().put("type", "join").put("room", "board"));
            client.send(new JsonObject().put("type", "join").put("room", "nowhere"));
            JsonObject there = client.awaitFrame("error", error -> "board".equals(error.getString("room")));
            JsonObject nowhere = client.awaitFrame("error", error -> "nowhere".equals(error.getString("room")));
            assertThat(there.getString("code")).isEqualTo("forbidden");
            assertThat(nowhere).isEqualTo(there.copy().put("room", "nowhere"));
        }
        for (String query : List.of("", "?limit=1", "?after=abcd-1", "?before=abcd-1")) {
            for (String accept : List.of("application/json", "text/event-stream")) {
                HttpResponse<String> board = read("board", query, accept, jon);
                assertProblem(403, "forbidden", board);
                assertThat(read("nowhere", query, accept, jon).body()).isEqualTo(board.body());
            }
        }
        assertThat(read("team-b", "", "application/json", jon).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> read(String room, String query, String accept, String... bearer) {
        return WebSocketTestClient.get(
                base,
                "/rooms/" + room + "/messages" + query,
                bearer[0],
                bearer[1],
                "Accept",
                accept,
                "Prefer",
                "wait=1");
    }

    @Test
    void onlyRoomsOfTheClaimAcceptPosts() {
        String token = TestTokens.of("kim", Map.of("join", List.of("*"), "post", List.of("open")));
        String[] kim = {"Authorization", "Bearer " + token};
        try (WebSocketTestClient client = WebSocketTestClient.withToken(base, token)) {
            client.join("open", null).join("closed", null);
            client.post("closed", "own-1", "hello");
            JsonObject error = client.awaitFrame("error", frame -> "own-1".equals(frame.getString("id")));
            assertThat(error.getString("code")).isEqualTo("forbidden");
            assertThat(error.getString("room")).isEqualTo("closed");
            client.post("open", "own-2", "hello");
            client.awaitText("hello");
        }
        assertProblem(403, "forbidden", post("closed", "hello", kim));
        assertThat(post("open", "hello again", kim).statusCode()).isEqualTo(201);
        String page = read("closed", "", "application/json", kim).body();
        assertThat(new JsonObject(page).getJsonArray("messages")).as(page).isEmpty();
    }

    @Test
    void onlyAModeratorChangesMessagesOfOthers() {
        String[] lou = {
            "Authorization", "Bearer " + TestTokens.of("lou", Map.of("join", List.of("*"), "post", List.of("*")))
        };
        String[] max = {"Authorization", "Bearer " + TestTokens.of("max", TestTokens.MEMBER)};
        String[] mod = {
            "Authorization",
            "Bearer " + TestTokens.of("mod", Map.of("join", List.of("*"), "moderate", List.of("moderated")))
        };
        String message = new JsonObject(post("moderated", "rude", lou).body()).getString("cursor");
        String elsewhere = new JsonObject(post("free", "rude", lou).body()).getString("cursor");
        assertProblem(403, "forbidden", edit("moderated", message, max));
        assertProblem(403, "forbidden", delete("moderated", message, max));
        assertProblem(403, "forbidden", delete("free", elsewhere, mod));
        assertProblem(403, "forbidden", delete("nowhere", message, mod));
        assertProblem(403, "forbidden", post("moderated", "a moderator without the right to post", mod));
        assertThat(edit("moderated", message, mod).statusCode()).isEqualTo(200);
        assertThat(delete("moderated", message, mod).statusCode()).isEqualTo(200);
        String own = new JsonObject(post("moderated", "oops", lou).body()).getString("cursor");
        assertThat(delete("moderated", own, lou).statusCode()).isEqualTo(200);
    }

    @Test
    void aModeratorDoesSoOnASocketToo() {
        String[] ned = {"Authorization", "Bearer " + TestTokens.of("ned", TestTokens.MEMBER)};
        String message = new JsonObject(post("watched", "rude", ned).body()).getString("cursor");
        Map<String, Object> rights = Map.of("join", List.of("*"), "moderate", List.of("watched"));
        try (WebSocketTestClient member = WebSocketTestClient.withToken(base, TestTokens.of("pam", TestTokens.MEMBER));
                WebSocketTestClient moderator = WebSocketTestClient.withToken(base, TestTokens.of("mod2", rights))) {
            JsonObject delete = new JsonObject()
                    .put("type", "delete")
                    .put("room", "watched")
                    .put("message", message);
            member.join("watched", null).send(delete);
            assertThat(member.await1("error").getString("code")).isEqualTo("forbidden");
            moderator.join("watched", null).send(delete);
            assertThat(member.await1("deleted").getString("message")).isEqualTo(message);
        }
    }

    // -- rate limits

    @Test
    void framesAndRequestsOfAPersonAreCountedTogether() {
        String token = TestTokens.of("zoe", TestTokens.MEMBER);
        String[] zoe = {"Authorization", "Bearer " + token};
        try (WebSocketTestClient one = WebSocketTestClient.withToken(base, token);
                WebSocketTestClient two = WebSocketTestClient.withToken(base, TestTokens.of("zoe", TestTokens.MEMBER));
                WebSocketTestClient other =
                        WebSocketTestClient.withToken(base, TestTokens.of("yan", TestTokens.MEMBER))) {
            one.join("busy", null);
            two.join("busy", null);
            other.join("busy", null);
            for (int i = 0; i < 40; i++) {
                one.post("busy", "a" + i, "text");
                two.post("busy", "b" + i, "text");
            }
            WebSocketTestClient.until(() -> answered(one) == 40 && answered(two) == 40);
            int posted = one.all("posted").size() + two.all("posted").size();
            assertThat(posted).isGreaterThanOrEqualTo(50).isLessThan(75);
            JsonObject error = Stream.of(one, two)
                    .flatMap(client -> client.all("error").stream())
                    .findAny()
                    .orElseThrow();
            assertThat(error.getString("code")).isEqualTo("rate_limited");
            assertThat(error.getString("room")).isEqualTo("busy");
            assertThat(error.getString("id")).matches("[ab][0-9]+");
            assertThat(error.getLong("retry_after_ms")).isGreaterThan(0);
            WebSocketTestClient.until(
                    () -> read("busy", "", "application/json", zoe).statusCode() == 429
                            || post("busy", "more", zoe).statusCode() == 429);
            assertThat(one.isOpen() && two.isOpen()).isTrue();
            other.post("busy", "c", "unhindered");
            other.awaitText("unhindered");
        }
    }

    @Test
    void malformedFramesAreCountedLikeOthers() {
        try (WebSocketTestClient client =
                WebSocketTestClient.withToken(base, TestTokens.of("bad", TestTokens.MEMBER))) {
            for (int i = 0; i < 200; i++) {
                client.send("{\"type\":\"post\",\"room\":\"busy\",\"id\":\"a" + i + "\",\"text\":1}");
            }
            WebSocketTestClient.until(() -> client.all("error").size() == 200);
            long answered = client.all("error").stream()
                    .filter(error -> error.getString("code").equals("bad_json"))
                    .count();
            assertThat(answered).isGreaterThanOrEqualTo(50).isLessThan(75);
            assertThat(client.all("error").stream()
                            .filter(error -> error.getString("code").equals("rate_limited"))
                            .count())
                    .isEqualTo(200 - answered);
        }
    }

    private static int answered(WebSocketTestClient client) {
        return client.all("posted").size() + client.all("error").size();
    }

    // --

    private HttpResponse<String> post(String room, String text, String... bearer) {
        String body = new JsonObject().put("text", text).encode();
        return WebSocketTestClient.http(
                base,
                "POST",
                "/rooms/" + room + "/messages",
                body,
                bearer[0],
                bearer[1],
                "Idempotency-Key",
                text.replace(' ', '-'));
    }

    private HttpResponse<String> edit(String room, String message, String... bearer) {
        return WebSocketTestClient.http(
                base, "PATCH", "/rooms/" + room + "/messages/" + message, "{\"text\":\"kind\"}", bearer);
    }

    private HttpResponse<String> delete(String room, String message, String... bearer) {
        return WebSocketTestClient.http(base, "DELETE", "/rooms/" + room + "/messages/" + message, null, bearer);
    }

    private static String brief(String user) {
        return TestTokens.of(user, TestTokens.MEMBER, Instant.now().plusSeconds(4));
    }

    private static String expired(String user) {
        return TestTokens.of(user, TestTokens.MEMBER, Instant.now().minusSeconds(60));
    }

    private static JsonObject token(String token) {
        return new JsonObject().put("type", "token").put("token", token);
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }
}
