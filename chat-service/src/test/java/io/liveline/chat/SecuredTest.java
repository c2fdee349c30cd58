package io.liveline.chat;

import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.liveline.testing.ChatClient;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Test of chat with token authentication: what a token permits, and how often. */
@QuarkusTest
@TestProfile(SecuredFixture.Settings.class)
class SecuredTest extends SecuredFixture {

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
        assertProblem(401, "unauthorized", HttpTestClient.send(base, method, path, body));
        assertProblem(
                401, "unauthorized", HttpTestClient.send(base, method, path, body, "Accept", "text/event-stream"));
        assertProblem(
                401,
                "token_expired",
                HttpTestClient.send(base, method, path, body, "Authorization", "Bearer " + expired("ann")));
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
        assertThat(refused(() -> ChatClient.withToken(base, token))).isEqualTo(401);
    }

    @Test
    void noSocketIsOpenedForANameAlone() {
        assertThat(refused(() -> ChatClient.connect(base, "ann"))).isEqualTo(401);
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
        try (ChatClient ann = ChatClient.withToken(base, token)) {
            assertThat(ann.subprotocol()).isEqualTo("liveline.v1");
            assertThat(ann.await("welcome").getString("user")).isEqualTo("u-1");
            assertThat(ann.await("welcome").getString("name")).isEqualTo("Ann");
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
            try (ChatClient client = ChatClient.withToken(base, TestTokens.of("fresh" + i, TestTokens.MEMBER))) {
                client.join("fresh", null).post("fresh", "1", "from " + i);
                client.awaitText("from " + i);
            }
        }
    }

    // -- permissions

    @Test
    void onlyKindsOfTheClaimAreSentAndOnlyPlainTextWithoutIt() {
        assertKinds(Map.of(), true, false, false, false);
        assertKinds(Map.of("kinds", List.of("order.*")), true, true, false, false);
        assertKinds(Map.of("kinds", List.of("*")), true, true, true, true);
    }

    private void assertKinds(Map<String, Object> claim, boolean plain, boolean order, boolean sticker, boolean data) {
        Map<String, Object> rights = new HashMap<>(TestTokens.MEMBER);
        rights.putAll(claim);
        String user = "sender" + rights.size() + claim.hashCode();
        String[] sender = {"Authorization", "Bearer " + TestTokens.of(user, rights), "Idempotency-Key", "1"};
        Map<String, Boolean> allowed = Map.of(
                "{\"text\":\"a\"}", plain,
                "{\"text\":\"a\",\"kind\":\"order.paid\",\"data\":{}}", order,
                "{\"text\":\"a\",\"kind\":\"order\"}", data,
                "{\"text\":\"a\",\"kind\":\"chat.sticker\"}", sticker,
                "{\"data\":{}}", data);
        allowed.forEach((body, expected) -> {
            sender[3] = "id" + body.hashCode();
            HttpResponse<String> answer = HttpTestClient.send(base, "POST", "/rooms/kinds/messages", body, sender);
            if (expected) {
                assertThat(answer.statusCode()).as(body + answer.body()).isEqualTo(201);
            } else {
                assertProblem(403, "forbidden", answer);
            }
        });
    }

    @Test
    void theDataOfAMessageIsChangedOnlyByWhoMaySendItsKind() {
        Map<String, Object> rights = new HashMap<>(TestTokens.MEMBER);
        rights.put("kinds", List.of("order.*"));
        String[] author = {"Authorization", "Bearer " + TestTokens.of("shop", rights), "Idempotency-Key", "1"};
        HttpResponse<String> posted = HttpTestClient.send(
                base, "POST", "/rooms/kinds/messages", "{\"kind\":\"order.paid\",\"data\":{}}", author);
        assertThat(posted.statusCode()).as(posted.body()).isEqualTo(201);
        String path = "/rooms/kinds/messages/" + new JsonObject(posted.body()).getString("cursor");
        rights.put("moderate", List.of("*"));
        rights.put("kinds", List.of("chat.*"));
        String[] moderator = {"Authorization", "Bearer " + TestTokens.of("mo", rights)};

        assertProblem(403, "forbidden", HttpTestClient.send(base, "PATCH", path, "{\"data\":{\"a\":1}}", moderator));
        assertThat(HttpTestClient.send(base, "PATCH", path, "{\"text\":\"moderated\"}", moderator)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void onlyRoomsOfTheClaimAreJoinedAndReadWhetherTheyExistOrNot() {
        String[] root = {"Authorization", "Bearer " + TestTokens.of("root", Map.of("admin", true))};
        post("board", "secret plans", root);
        String token = TestTokens.of("jon", Map.of("join", List.of("team-*")));
        String[] jon = {"Authorization", "Bearer " + token};
        try (ChatClient client = ChatClient.withToken(base, token)) {
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
        return HttpTestClient.get(
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
        try (ChatClient client = ChatClient.withToken(base, token)) {
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
        try (ChatClient member = ChatClient.withToken(base, TestTokens.of("pam", TestTokens.MEMBER));
                ChatClient moderator = ChatClient.withToken(base, TestTokens.of("mod2", rights))) {
            JsonObject delete = new JsonObject()
                    .put("type", "delete")
                    .put("room", "watched")
                    .put("message", message);
            member.join("watched", null).send(delete);
            assertThat(member.await("error").getString("code")).isEqualTo("forbidden");
            moderator.join("watched", null).send(delete);
            assertThat(member.await("deleted").getString("message")).isEqualTo(message);
        }
    }

    // -- rate limits

    @Test
    void framesAndRequestsOfAPersonAreCountedTogether() {
        String token = TestTokens.of("zoe", TestTokens.MEMBER);
        String[] zoe = {"Authorization", "Bearer " + token};
        try (ChatClient one = ChatClient.withToken(base, token);
                ChatClient two = ChatClient.withToken(base, TestTokens.of("zoe", TestTokens.MEMBER));
                ChatClient other = ChatClient.withToken(base, TestTokens.of("yan", TestTokens.MEMBER))) {
            one.join("busy", null);
            two.join("busy", null);
            other.join("busy", null);
            for (int i = 0; i < 40; i++) {
                one.post("busy", "a" + i, "text");
                two.post("busy", "b" + i, "text");
            }
            ChatClient.until(() -> answered(one) == 40 && answered(two) == 40);
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
            ChatClient.until(() -> read("busy", "", "application/json", zoe).statusCode() == 429
                    || post("busy", "more", zoe).statusCode() == 429);
            assertThat(one.isOpen()).isTrue();
            assertThat(two.isOpen()).isTrue();
            other.post("busy", "c", "unhindered");
            other.awaitText("unhindered");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "number|{\"type\":\"post\",\"room\":\"busy\",\"id\":\"a\",\"text\":1}",
                "surrogate|{\"type\":\"post\",\"room\":\"busy\",\"id\":\"a\",\"text\":\"\\ud800\"}",
                "array|[]",
                "no-json|nonsense",
            })
    void malformedFramesAreCountedLikeOthers(String kind, String frame) {
        assertCounted("bad-" + kind, client -> client.send(frame));
    }

    @Test
    void binaryMessagesAreCountedLikeFrames() {
        assertCounted("bad-binary", client -> client.sendBinary("{\"type\":\"heartbeat\"}"));
    }

    private void assertCounted(String user, Consumer<ChatClient> sendMalformed) {
        try (ChatClient client = ChatClient.withToken(base, TestTokens.of(user, TestTokens.MEMBER))) {
            for (int i = 0; i < 200; i++) {
                sendMalformed.accept(client);
            }
            ChatClient.until(() -> client.all("error").size() == 200);
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

    private static int answered(ChatClient client) {
        return client.all("posted").size() + client.all("error").size();
    }

    private HttpResponse<String> post(String room, String text, String... bearer) {
        String body = new JsonObject().put("text", text).encode();
        return HttpTestClient.send(
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
        return HttpTestClient.send(
                base, "PATCH", "/rooms/" + room + "/messages/" + message, "{\"text\":\"kind\"}", bearer);
    }

    private HttpResponse<String> delete(String room, String message, String... bearer) {
        return HttpTestClient.send(base, "DELETE", "/rooms/" + room + "/messages/" + message, null, bearer);
    }
}
