package io.liveline.chat;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.liveline.testing.ChatClient;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of connections, streams and polls whose token expires or is renewed. */
@QuarkusTest
@TestProfile(SecuredFixture.Settings.class)
class TokenExpiryTest extends SecuredFixture {

    @Test
    void aConnectionEndsWithItsToken() {
        try (ChatClient ann = ChatClient.withToken(base, brief("ann"));
                ChatClient bob = ChatClient.withToken(base, TestTokens.of("bob", TestTokens.MEMBER))) {
            ann.join("ends", null);
            assertThat(ann.awaitClosed()).isEqualTo(3401);
            assertThat(ann.await("error").getString("code")).isEqualTo("token_expired");
            assertThat(bob.isOpen()).isTrue();
        }
    }

    @Test
    void anotherTokenInTimeKeepsTheConnectionWithItsRooms() {
        String last = TestTokens.of("cy", TestTokens.MEMBER);
        try (ChatClient cy = ChatClient.withToken(base, brief("cy"));
                ChatClient other = ChatClient.withToken(base, brief("dan"))) {
            cy.join("goes-on", null);
            cy.send(token(last));
            // Opened later with a token that expires at the same time: when it ends, the first connection would have
            // ended as well.
            assertThat(other.awaitClosed()).isEqualTo(3401);
            try (ChatClient later = ChatClient.withToken(base, brief("eve"))) {
                assertThat(later.awaitClosed()).isEqualTo(3401);
            }
            cy.post("goes-on", "1", "still here");
            cy.awaitText("still here");
            assertThat(cy.all("error")).isEmpty();
        }
    }

    @Test
    void aMemberThatJoinsOrRenewsWithAnotherNameIsListedUnderIt() {
        try (ChatClient bob = ChatClient.withToken(base, TestTokens.of("bob", TestTokens.MEMBER));
                ChatClient first = ChatClient.withToken(base, named("Ann", 300))) {
            bob.join("names", null);
            first.join("names", null);
            bob.awaitFrame("members", members -> members.encode().contains("\"Ann\""));
            try (ChatClient second = ChatClient.withToken(base, named("Anna", 200))) {
                second.join("names", null);
                bob.awaitFrame("members", members -> members.encode().contains("\"Anna\""));
                assertThat(members(second)).isEqualTo(List.of("bob:bob", "u-1:Anna"));
                second.send(token(named("Annabel", 100)));
                bob.awaitFrame("members", members -> members.encode().contains("\"Annabel\""));
                // The token of the older tab still has the older name.
                try (ChatClient third =
                        ChatClient.withToken(base, named("Ann", 300)).join("names", null)) {
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

    private static List<String> members(ChatClient client) {
        return client.await("joined").getJsonArray("members").stream()
                .map(JsonObject.class::cast)
                .map(person -> person.getString("user") + ":" + person.getString("name"))
                .sorted()
                .toList();
    }

    @Test
    void anInvalidRenewalIsAnsweredAndTheConnectionStaysOpenUntilItsTokenExpires() {
        try (ChatClient fay = ChatClient.withToken(base, brief("fay"))) {
            fay.send(token(TestTokens.of("somebody-else", Map.of("admin", true))));
            fay.awaitFrame("error", error -> error.getString("code").equals("unauthorized"));
            fay.send(token("garbage"));
            ChatClient.until(() -> fay.all("error").size() == 2);
            fay.send(token(expired("fay")));
            fay.awaitFrame("error", error -> error.getString("code").equals("token_expired"));
            assertThat(fay.awaitClosed()).isEqualTo(3401);
        }
    }

    @Test
    void roomsThatANewTokenDoesNotPermitAreLeft() {
        try (ChatClient gus = ChatClient.withToken(base, TestTokens.of("gus", TestTokens.MEMBER));
                ChatClient hal = ChatClient.withToken(base, TestTokens.of("hal", TestTokens.MEMBER))) {
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
        String cursor = new JsonObject(
                        HttpTestClient.get(base, "/rooms/quiet/messages", ida).body())
                .getString("cursor");
        try (SseTestClient stream = SseTestClient.open(base, "/rooms/quiet/messages", ida)) {
            HttpResponse<String> poll = HttpTestClient.get(
                    base, "/rooms/quiet/messages?after=" + cursor, ida[0], ida[1], "Prefer", "wait=50");
            assertProblem(401, "token_expired", poll);
            ChatClient.until(stream::isEnded);
            assertThat(stream.await("error").frame().getString("code")).isEqualTo("token_expired");
        }
        HttpResponse<String> short1 = HttpTestClient.get(
                base,
                "/rooms/quiet/messages?after=" + cursor,
                "Authorization",
                "Bearer " + TestTokens.of("ida", TestTokens.MEMBER),
                "Prefer",
                "wait=1");
        assertThat(short1.statusCode()).isEqualTo(200);
    }

    private static String brief(String user) {
        return TestTokens.of(user, TestTokens.MEMBER, Instant.now().plusSeconds(4));
    }

    private static JsonObject token(String token) {
        return new JsonObject().put("type", "token").put("token", token);
    }
}
