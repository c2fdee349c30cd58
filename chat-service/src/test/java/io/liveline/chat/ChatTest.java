package io.liveline.chat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of chat over WebSockets. */
@QuarkusTest
class ChatTest extends ChatFixture {

    // -- posting

    @Test
    void aMessageIsDeliveredAlikeToItsSenderAndToAllOtherMembers() {
        try (ChatClient ann = ann();
                ChatClient bob = ChatClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "hello");
            bob.awaitText("hello");
            ann.awaitText("hello");
            assertThat(bob.all("message")).isEqualTo(ann.all("message"));
            JsonObject message = bob.await("message");
            assertThat(message.getString("author")).isEqualTo("ann");
            assertThat(message.getString("id")).isEqualTo("1");
            assertThat(ann.await("posted").getString("cursor")).isEqualTo(message.getString("cursor"));
            assertThat(bob.all("posted")).isEmpty();
        }
    }

    @Test
    void aRepeatedPostIsOneMessageAndGetsTheFirstAnswer() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "once");
            ann.await("posted");
            ann.post(room, "1", "once");
            ann.post(room, "2", "sentinel");
            ann.awaitText("sentinel");
            ChatClient.until(() -> ann.all("posted").size() == 3);
            assertThat(ann.texts()).isEqualTo(List.of("once", "sentinel"));
            assertThat(ann.all("posted").get(1).getString("cursor"))
                    .isEqualTo(ann.all("posted").get(0).getString("cursor"));
        }
    }

    @Test
    void anAuthorAndAnIdThatReadAlikeTogetherAreTwoMessages() {
        try (ChatClient a = ChatClient.connect(base, "a").join(room, null);
                ChatClient ab = ChatClient.connect(base, "a/b").join(room, null)) {
            ab.post(room, "c", "of a/b");
            String first = ab.await("posted").getString("cursor");
            a.post(room, "b/c", "of a");
            assertThat(a.await("posted").getString("cursor")).isNotEqualTo(first);
            a.awaitText("of a");
        }
        assertThat(texts(history(""))).isEqualTo(List.of("of a/b", "of a"));
    }

    @Test
    void anAuthorAndAnIdThatReadAlikeTogetherAreTwoMessagesOverHttpToo() {
        String first = postOverHttp("a%2Fb", "c", "of a/b").getString("cursor");
        String second = postOverHttp("a", "b/c", "of a").getString("cursor");
        assertThat(second).isNotEqualTo(first);
        assertThat(texts(history(""))).isEqualTo(List.of("of a/b", "of a"));
    }

    private JsonObject postOverHttp(String author, String id, String text) {
        HttpResponse<String> answer = HttpTestClient.send(
                base,
                "POST",
                "/rooms/" + room + "/messages?name=" + author,
                new JsonObject().put("text", text).encode(),
                "Idempotency-Key",
                id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body());
    }

    @Test
    void aRepeatedIdWithAnotherTextIsRefusedOnTheSocketAndOverHttp() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "once");
            ann.await("posted");
            ann.post(room, "1", "twice");
            JsonObject error = ann.await("error");
            assertThat(error.getString("code")).isEqualTo("id_reused");
            assertThat(error.getString("id")).isEqualTo("1");
            assertThat(error.getString("room")).isEqualTo(room);
        }
        HttpResponse<String> answer = HttpTestClient.send(
                base,
                "POST",
                "/rooms/" + room + "/messages?name=ann",
                new JsonObject().put("text", "thrice").encode(),
                "Idempotency-Key",
                "1");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("id_reused");
        assertThat(texts(history(""))).isEqualTo(List.of("once"));
    }

    @Test
    void manyRoomsShareAConnectionAndLeavingOneEndsOnlyIt() {
        String other = room + "-other";
        try (ChatClient ann = ann().join(other, null);
                ChatClient bob =
                        ChatClient.connect(base, "bob").join(room, null).join(other, null)) {
            ann.send(new JsonObject().put("type", "leave").put("room", room));
            ann.post(other, "left", "left");
            ann.awaitText("left");
            bob.post(room, "1", "missed");
            bob.awaitText("missed");
            bob.post(other, "2", "sentinel");
            ann.awaitText("sentinel");
            assertThat(ann.texts()).isEqualTo(List.of("left", "sentinel"));
        }
    }

    @Test
    void oneMessageMayHoldManyFrames() {
        try (ChatClient ann = ann()) {
            ann.send("{\"type\":\"post\",\"room\":\"" + room + "\",\"id\":\"1\",\"text\":\"a\"}\n\n"
                    + "{\"type\":\"heartbeat\"}\nnonsense\n{\"type\":\"post\",\"room\":\"" + room
                    + "\",\"id\":\"2\",\"text\":\"b\"}\n");
            ann.awaitText("b");
            assertThat(ann.texts()).isEqualTo(List.of("a", "b"));
            assertThat(ann.await("error").getString("code")).isEqualTo("bad_json");
        }
    }

    @Test
    void ofAMessageWithTooManyFramesNothingIsDoneAndThereIsOneAnswer() {
        try (ChatClient ann = ann()) {
            String post = "{\"type\":\"post\",\"room\":\"" + room + "\",\"id\":\"1\",\"text\":\"a\"}\n";
            ann.send(post + "x\n".repeat(20_000));
            ann.post(room, "2", "sentinel");
            ann.awaitText("sentinel");
            assertThat(ann.texts()).isEqualTo(List.of("sentinel"));
            assertThat(ann.all("error")).hasSize(1);
            assertThat(ann.await("error").getString("code")).isEqualTo("too_many_frames");
        }
    }

    @Test
    void aRoomOverTheLimitIsRejected() {
        try (ChatClient ann = ann()) {
            for (int i = 2; i <= 5; i++) {
                ann.join(room + "-" + i, null);
            }
            ann.send(new JsonObject().put("type", "join").put("room", room + "-6"));
            assertThat(ann.await("error").getString("code")).isEqualTo("too_many_rooms");
            ann.join(room, null);
        }
    }

    // -- resuming

    @Test
    void aClientThatResumesAtACursorGetsTheMissedMessagesAndThenNewOnes() {
        try (ChatClient ann = ann()) {
            ann.post(room, "1", "one");
            ann.post(room, "2", "two");
            ann.post(room, "3", "three");
            ann.awaitText("three");
            String after = ann.all("message").get(0).getString("cursor");
            try (ChatClient bob = ChatClient.connect(base, "bob").join(room, after)) {
                assertThat(bob.await("joined").getBoolean("recovered")).isTrue();
                assertThat(bob.await("joined").getString("cursor")).isEqualTo(after);
                ann.post(room, "4", "four");
                bob.awaitText("four");
                assertThat(bob.texts()).isEqualTo(List.of("two", "three", "four"));
            }
        }
    }

    @Test
    void aCursorOfAnotherEpochIsReportedAndTheRoomIsLive() {
        try (ChatClient ann = ChatClient.connect(base, "ann").join(room, "0therl1fe-7")) {
            assertThat(ann.await("joined").getBoolean("recovered")).isFalse();
            ann.post(room, "1", "live");
            ann.awaitText("live");
        }
    }

    // -- members

    @Test
    void joinsAndLeavesArePublishedOnceForAPersonInTwoTabs() {
        try (ChatClient ann = ann()) {
            assertThat(ann.await("joined").getJsonArray("members").stream().toList())
                    .isEqualTo(List.of(new JsonObject().put("user", "ann").put("name", "ann")));
            ChatClient tab = ChatClient.connect(base, "bob").join(room, null);
            ChatClient other = ChatClient.connect(base, "bob").join(room, null);
            ann.awaitFrame("members", members -> members.encode().contains("bob"));
            assertThat(other.await("joined").getJsonArray("members")).hasSize(2);
            tab.close();
            other.send(new JsonObject().put("type", "leave").put("room", room));
            ann.awaitFrame("members", members -> members.getJsonArray("left").contains("bob"));
            assertThat(ann.all("members").stream()
                            .filter(members ->
                                    members.getJsonArray("joined").encode().contains("bob"))
                            .count())
                    .isEqualTo(1);
            other.close();
        }
    }

    // -- bad input

    static List<String> badFrames() {
        return List.of(
                "bad_json|{",
                "bad_json|[]",
                "bad_json|nonsense",
                "bad_json|{\"type\":\"join\",\"room\":\"a\",\"room\":\"b\"}",
                "bad_json|{\"type\":\"join\",\"room\":\"a\",\"colour\":\"red\"}",
                "bad_json|{\"type\":\"join\",\"room\":7}",
                "bad_json|{\"type\":\"join\"}",
                "bad_json|{\"type\":\"heartbeat\"} {\"type\":\"heartbeat\"}",
                "unknown_type|{\"type\":\"jump\",\"room\":\"a\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"\"}",
                "bad_room|{\"type\":\"join\",\"room\":\".\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"..\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"a\\u0007b\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"" + "r".repeat(129) + "\"}",
                "bad_cursor|{\"type\":\"join\",\"room\":\"a\",\"after\":\"garbage\"}",
                "bad_cursor|{\"type\":\"edit\",\"room\":\"a\",\"message\":\"\",\"text\":\"b\"}",
                "bad_id|{\"type\":\"post\",\"room\":\"a\",\"id\":\"\",\"text\":\"b\"}",
                "bad_id|{\"type\":\"post\",\"room\":\"a\",\"id\":\"größe\",\"text\":\"b\"}",
                "bad_id|{\"type\":\"post\",\"room\":\"a\",\"id\":\"1 \",\"text\":\"b\"}",
                "bad_id|{\"type\":\"post\",\"room\":\"a\",\"id\":\"" + "1".repeat(65) + "\",\"text\":\"b\"}",
                "bad_json|{\"type\":\"post\",\"room\":\"a\",\"id\":\"\\ud800\",\"text\":\"b\"}",
                "bad_json|{\"type\":\"post\",\"room\":\"a\",\"id\":\"1\",\"text\":\"\\udc00\\ud83d\"}",
                "bad_json|{\"type\":\"edit\",\"room\":\"a\",\"message\":\"k-1\",\"text\":\"\\ud800\"}",
                "not_joined|{\"type\":\"post\",\"room\":\"a\",\"id\":\"1\",\"text\":\"b\"}",
                "not_joined|{\"type\":\"leave\",\"room\":\"a\"}",
                "not_joined|{\"type\":\"delete\",\"room\":\"a\",\"message\":\"k-1\"}");
    }

    @ParameterizedTest
    @MethodSource("badFrames")
    void aBadFrameIsAnsweredAndTheConnectionGoesOn(String codeAndFrame) {
        int bar = codeAndFrame.indexOf('|');
        try (ChatClient ann = ann()) {
            ann.send(codeAndFrame.substring(bar + 1));
            assertThat(ann.await("error").getString("code")).isEqualTo(codeAndFrame.substring(0, bar));
            ann.post(room, "after", "goes on");
            ann.awaitText("goes on");
            assertThat(ann.texts()).isEqualTo(List.of("goes on"));
        }
    }

    @Test
    void anErrorNamesTheRoomInAnyScript() {
        // 128 code points, which are 256 UTF-16 code units.
        for (String name : List.of("größe", "𠮷".repeat(128), "r".repeat(128))) {
            try (ChatClient ann = ann()) {
                ann.send(new JsonObject().put("type", "leave").put("room", name));
                JsonObject error = ann.await("error");
                assertThat(error.getString("code")).isEqualTo("not_joined");
                assertThat(error.getString("room")).isEqualTo(name);
            }
        }
        try (ChatClient ann = ann()) {
            ann.send("{\"type\":\"post\",\"room\":\"den\",\"id\":\"7\",\"text\":\"\\ud800\"}");
            JsonObject error = ann.await("error");
            assertThat(error.getString("room")).isEqualTo("den");
            assertThat(error.getString("id")).isEqualTo("7");
        }
    }

    @Test
    void aPageOfAnotherOriginIsRejectedAndOneOfTheSameOriginIsNot() {
        String[] upgrade = {"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="};
        String request = "GET /chat?name=ann HTTP/1.1\r\nHost: localhost:" + base.getPort()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + upgrade[0] + ": " + upgrade[1] + "\r\n"
                + upgrade[2] + ": " + upgrade[3] + "\r\nOrigin: ";
        assertThat(RawSocketClient.answer(base, request + "https://evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        String own = request + "http://localhost:" + base.getPort() + "\r\n";
        assertThat(RawSocketClient.answer(base, own + "\r\n")).startsWith("HTTP/1.1 101");
        assertThat(RawSocketClient.answer(base, own + "X-Forwarded-Proto: http\r\n\r\n"))
                .startsWith("HTTP/1.1 101");
    }

    @Test
    void aPageBehindATlsProxyOnAnotherPortIsOfTheSameOrigin() {
        String request = "GET /chat?name=ann HTTP/1.1\r\nHost: chat.test:8443\r\nX-Forwarded-Proto: https\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: ";
        assertThat(RawSocketClient.answer(base, request + "https://chat.test:8443\r\n\r\n"))
                .startsWith("HTTP/1.1 101");
        for (String other : List.of("https://chat.test", "https://chat.test:8444", "https://evil.test:8443")) {
            assertThat(RawSocketClient.answer(base, request + other + "\r\n\r\n"))
                    .as(other)
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void namesOfGuestsAndRoomsMayContainJoiners() {
        // A zero-width non-joiner and a zero-width joiner, which are invisible here.
        for (String name : List.of("\u0639\u0644\u06CC\u200C\u0631\u0636\u0627", "\uD83D\uDC69\u200D\uD83D\uDCBB")) {
            room = name;
            String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
            try (ChatClient guest = ChatClient.connect(base, encoded).join(name, null)) {
                assertThat(guest.await("welcome").getString("name")).isEqualTo(name);
                guest.post(name, "1", "hello");
                assertThat(guest.await("message").getString("author")).isEqualTo(name);
                assertThat(guest.await("message").getString("room")).isEqualTo(name);
            }
            HttpResponse<String> page = HttpTestClient.get(base, "/rooms/" + encoded + "/messages");
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            assertThat(texts(new JsonObject(page.body()))).isEqualTo(List.of("hello"));
        }
    }

    /** A character beyond the BMP is one code point, two UTF-16 code units and four bytes. */
    @Test
    void theLengthOfATextIsCountedInBytesOfUtf8() {
        String longest = "\uD83D\uDE42".repeat(16_384 / 4);
        try (ChatClient ann = ann()) {
            ann.post(room, "1", longest + "x");
            JsonObject error = ann.await("error");
            assertThat(error.getString("code")).isEqualTo("too_long");
            assertThat(error.getString("id")).isEqualTo("1");
            ann.post(room, "2", longest);
            ann.awaitText(longest);
        }
        postOverHttp("ann", "3", longest);
        HttpResponse<String> refused = HttpTestClient.send(
                base,
                "POST",
                "/rooms/" + room + "/messages?name=ann",
                new JsonObject().put("text", longest + "x").encode(),
                "Idempotency-Key",
                "4");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("too_long");
        assertThat(texts(history(""))).isEqualTo(List.of(longest, longest));
    }

    @Test
    void textIsReturnedUnchanged() {
        String odd = "<script>alert(1)</script> \u0000 \"quotes\" \\ 漢字 🙂 \u2028 \n\r\n end";
        try (ChatClient ann = ann()) {
            ann.post(room, "1", odd);
            ann.awaitText(odd);
            JsonArray page = history("").getJsonArray("messages");
            assertThat(page.getJsonObject(0).getString("text")).isEqualTo(odd);
        }
    }
}
