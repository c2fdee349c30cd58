package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Test of chat over WebSockets. */
@QuarkusTest
class ChatTest {

    private static final AtomicInteger ROOMS = new AtomicInteger();

    @TestHTTPResource
    URI base;

    private String room;

    @BeforeEach
    void fresh() {
        room = "chat" + ROOMS.incrementAndGet();
    }

    private WebSocketTestClient ann() {
        return WebSocketTestClient.connect(base, "ann").join(room, null);
    }

    private JsonObject history(String query) {
        HttpResponse<String> answer = WebSocketTestClient.get(base, "/rooms/" + room + "/messages" + query);
        assertEquals(200, answer.statusCode(), answer.body());
        return new JsonObject(answer.body());
    }

    private static List<String> texts(JsonObject page) {
        return page.getJsonArray("messages").stream()
                .map(message -> ((JsonObject) message).getString("text"))
                .toList();
    }

    private static JsonObject change(String type, String room, String message, String text) {
        JsonObject frame = new JsonObject().put("type", type).put("room", room).put("message", message);
        return text == null ? frame : frame.put("text", text);
    }

    // -- posting

    @Test
    void aMessageIsDeliveredAlikeToItsSenderAndToAllOtherMembers() {
        try (WebSocketTestClient ann = ann();
                WebSocketTestClient bob =
                        WebSocketTestClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "hello");
            bob.awaitText("hello");
            ann.awaitText("hello");
            assertEquals(ann.all("message"), bob.all("message"));
            JsonObject message = bob.await1("message");
            assertEquals("ann", message.getString("author"));
            assertEquals("1", message.getString("id"));
            assertEquals(message.getString("cursor"), ann.await1("posted").getString("cursor"));
            assertTrue(bob.all("posted").isEmpty());
        }
    }

    @Test
    void aRepeatedPostIsOneMessageAndGetsTheFirstAnswer() {
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", "once");
            ann.await1("posted");
            ann.post(room, "1", "once");
            ann.post(room, "2", "sentinel");
            ann.awaitText("sentinel");
            WebSocketTestClient.until(() -> ann.all("posted").size() == 3);
            assertEquals(List.of("once", "sentinel"), ann.texts());
            assertEquals(
                    ann.all("posted").get(0).getString("cursor"),
                    ann.all("posted").get(1).getString("cursor"));
        }
    }

    @Test
    void anAuthorAndAnIdThatReadAlikeTogetherAreTwoMessages() {
        try (WebSocketTestClient a = WebSocketTestClient.connect(base, "a").join(room, null);
                WebSocketTestClient ab =
                        WebSocketTestClient.connect(base, "a/b").join(room, null)) {
            ab.post(room, "c", "of a/b");
            String first = ab.await1("posted").getString("cursor");
            a.post(room, "b/c", "of a");
            assertNotEquals(first, a.await1("posted").getString("cursor"));
            a.awaitText("of a");
        }
        assertEquals(List.of("of a/b", "of a"), texts(history("")));
    }

    @Test
    void aRepeatedIdWithAnotherTextIsRefusedOnTheSocketAndOverHttp() {
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", "once");
            ann.await1("posted");
            ann.post(room, "1", "twice");
            JsonObject error = ann.await1("error");
            assertEquals("id_reused", error.getString("code"));
            assertEquals("1", error.getString("id"));
            assertEquals(room, error.getString("room"));
        }
        HttpResponse<String> answer = WebSocketTestClient.http(
                base,
                "POST",
                "/rooms/" + room + "/messages?name=ann",
                new JsonObject().put("text", "thrice").encode(),
                "Idempotency-Key",
                "1");
        assertEquals(422, answer.statusCode(), answer.body());
        assertEquals("id_reused", new JsonObject(answer.body()).getString("code"));
        assertEquals(List.of("once"), texts(history("")));
    }

    @Test
    void manyRoomsShareAConnectionAndLeavingOneEndsOnlyIt() {
        String other = room + "-other";
        try (WebSocketTestClient ann = ann().join(other, null);
                WebSocketTestClient bob = WebSocketTestClient.connect(base, "bob")
                        .join(room, null)
                        .join(other, null)) {
            ann.send(new JsonObject().put("type", "leave").put("room", room));
            ann.post(other, "left", "left");
            ann.awaitText("left");
            bob.post(room, "1", "missed");
            bob.awaitText("missed");
            bob.post(other, "2", "sentinel");
            ann.awaitText("sentinel");
            assertEquals(List.of("left", "sentinel"), ann.texts());
        }
    }

    @Test
    void oneMessageMayHoldManyFrames() {
        try (WebSocketTestClient ann = ann()) {
            ann.send("{\"type\":\"post\",\"room\":\"" + room + "\",\"id\":\"1\",\"text\":\"a\"}\n\n"
                    + "{\"type\":\"heartbeat\"}\nnonsense\n{\"type\":\"post\",\"room\":\"" + room
                    + "\",\"id\":\"2\",\"text\":\"b\"}\n");
            ann.awaitText("b");
            assertEquals(List.of("a", "b"), ann.texts());
            assertEquals("bad_json", ann.await1("error").getString("code"));
        }
    }

    @Test
    void ofAMessageWithTooManyFramesNothingIsDoneAndThereIsOneAnswer() {
        try (WebSocketTestClient ann = ann()) {
            String post = "{\"type\":\"post\",\"room\":\"" + room + "\",\"id\":\"1\",\"text\":\"a\"}\n";
            ann.send(post + "x\n".repeat(20_000));
            ann.post(room, "2", "sentinel");
            ann.awaitText("sentinel");
            assertEquals(List.of("sentinel"), ann.texts());
            assertEquals(1, ann.all("error").size());
            assertEquals("too_many_frames", ann.await1("error").getString("code"));
        }
    }

    @Test
    void aRoomOverTheLimitIsRejected() {
        try (WebSocketTestClient ann = ann()) {
            for (int i = 2; i <= 5; i++) {
                ann.join(room + "-" + i, null);
            }
            ann.send(new JsonObject().put("type", "join").put("room", room + "-6"));
            assertEquals("too_many_rooms", ann.await1("error").getString("code"));
            ann.join(room, null);
        }
    }

    // -- resuming

    @Test
    void aClientThatResumesAtACursorGetsTheMissedMessagesAndThenNewOnes() {
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", "one");
            ann.post(room, "2", "two");
            ann.post(room, "3", "three");
            ann.awaitText("three");
            String after = ann.all("message").get(0).getString("cursor");
            try (WebSocketTestClient bob =
                    WebSocketTestClient.connect(base, "bob").join(room, after)) {
                assertTrue(bob.await1("joined").getBoolean("recovered"));
                assertEquals(after, bob.await1("joined").getString("cursor"));
                ann.post(room, "4", "four");
                bob.awaitText("four");
                assertEquals(List.of("two", "three", "four"), bob.texts());
            }
        }
    }

    @Test
    void aCursorOfAnotherEpochIsReportedAndTheRoomIsLive() {
        try (WebSocketTestClient ann = WebSocketTestClient.connect(base, "ann").join(room, "0therl1fe-7")) {
            assertFalse(ann.await1("joined").getBoolean("recovered"));
            ann.post(room, "1", "live");
            ann.awaitText("live");
        }
    }

    // -- editing and deleting

    @Test
    void anEditIsDeliveredToAllMembersAndHistoryHasTheCurrentText() {
        try (WebSocketTestClient ann = ann();
                WebSocketTestClient bob =
                        WebSocketTestClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "helo");
            ann.post(room, "2", "world");
            String message = ann.await1("posted").getString("cursor");
            ann.send(change("edit", room, message, "hello"));
            JsonObject edited = bob.await1("edited");
            assertEquals("hello", edited.getString("text"));
            assertEquals(message, edited.getString("message"));
            assertEquals("ann", edited.getString("author"));
            JsonObject page = history("");
            assertEquals(List.of("hello", "world"), texts(page));
            assertTrue(page.getJsonArray("messages").getJsonObject(0).getBoolean("edited"));
            assertNull(page.getJsonArray("messages").getJsonObject(1).getBoolean("edited"));
            // The page covers the edit as well: a client that continues from here does not get it again.
            assertEquals(edited.getString("cursor"), page.getString("cursor"));
        }
    }

    @Test
    void aDeletedMessageHasNoTextInHistoryAndStaysDeleted() {
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", "secret");
            String message = ann.await1("posted").getString("cursor");
            ann.send(change("delete", room, message, null));
            ann.await1("deleted");
            ann.send(change("edit", room, message, "back"));
            assertEquals("deleted", ann.await1("error").getString("code"));
            assertEquals(message, ann.await1("error").getString("message"));
            assertFalse(WebSocketTestClient.get(base, "/rooms/" + room + "/messages")
                    .body()
                    .contains("secret"));
            JsonObject deleted = history("").getJsonArray("messages").getJsonObject(0);
            assertEquals("", deleted.getString("text"));
            assertTrue(deleted.getBoolean("deleted"));
            assertTrue(ann.all("edited").isEmpty());
        }
    }

    @Test
    void onlyItsAuthorMayChangeAMessage() {
        try (WebSocketTestClient ann = ann();
                WebSocketTestClient bob =
                        WebSocketTestClient.connect(base, "bob").join(room, null)) {
            ann.post(room, "1", "mine");
            String message = ann.await1("posted").getString("cursor");
            bob.send(change("edit", room, message, "yours"));
            WebSocketTestClient.until(() -> bob.all("error").size() == 1);
            bob.send(change("delete", room, message, null));
            WebSocketTestClient.until(() -> bob.all("error").size() == 2);
            assertEquals("forbidden", bob.all("error").get(0).getString("code"));
            assertEquals("forbidden", bob.all("error").get(1).getString("code"));
            assertEquals(List.of("mine"), texts(history("")));
            assertTrue(ann.all("edited").isEmpty() && ann.all("deleted").isEmpty());
        }
    }

    @Test
    void onlyMessagesCanBeChanged() {
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", "text");
            String message = ann.await1("posted").getString("cursor");
            ann.send(change("edit", room, message, "new"));
            String edited = ann.await1("edited").getString("cursor");
            String epoch = message.substring(0, message.indexOf('-'));
            for (String other : List.of(edited, epoch + "-0", epoch + "-99", "0ther-1")) {
                int before = ann.all("error").size();
                ann.send(change("edit", room, other, "x"));
                WebSocketTestClient.until(() -> ann.all("error").size() > before);
                assertEquals("unknown_message", ann.all("error").get(before).getString("code"), other);
            }
            ann.send(change("edit", room, message, ""));
            ann.awaitFrame("error", error -> "bad_text".equals(error.getString("code")));
            ann.send(change("edit", room, message, "x".repeat(16385)));
            ann.awaitFrame("error", error -> "too_long".equals(error.getString("code")));
            assertEquals(List.of("new"), texts(history("")));
        }
    }

    @Test
    void aResumingClientGetsEditsAsEventsAndAPageBackwardsHasMessagesOnly() {
        try (WebSocketTestClient ann = ann()) {
            for (int i = 1; i <= 4; i++) {
                ann.post(room, "" + i, "m" + i);
            }
            ann.awaitText("m4");
            List<JsonObject> messages = ann.all("message");
            for (int i = 0; i < 6; i++) {
                ann.send(change("edit", room, messages.get(0).getString("cursor"), "e" + i));
            }
            ann.awaitFrame("edited", edited -> "e5".equals(edited.getString("text")));

            JsonObject resumed = history("?after=" + messages.get(2).getString("cursor"));
            assertEquals(List.of("m4", "e0", "e1", "e2", "e3", "e4", "e5"), texts(resumed));

            JsonObject newest = history("?limit=2");
            assertEquals(List.of("m3", "m4"), texts(newest));
            assertTrue(newest.getBoolean("more"));
            JsonObject older = history("?limit=2&before="
                    + newest.getJsonArray("messages").getJsonObject(0).getString("cursor"));
            assertEquals(List.of("e5", "m2"), texts(older));
            assertFalse(older.getBoolean("more"));
        }
    }

    // -- members

    @Test
    void joinsAndLeavesArePublishedOnceForAPersonInTwoTabs() {
        try (WebSocketTestClient ann = ann()) {
            assertEquals(
                    List.of(new JsonObject().put("user", "ann").put("name", "ann")),
                    ann.await1("joined").getJsonArray("members").stream().toList());
            WebSocketTestClient tab = WebSocketTestClient.connect(base, "bob").join(room, null);
            WebSocketTestClient other = WebSocketTestClient.connect(base, "bob").join(room, null);
            ann.awaitFrame("members", members -> members.encode().contains("bob"));
            assertEquals(2, other.await1("joined").getJsonArray("members").size());
            tab.close();
            other.send(new JsonObject().put("type", "leave").put("room", room));
            ann.awaitFrame("members", members -> members.getJsonArray("left").contains("bob"));
            assertEquals(
                    1,
                    ann.all("members").stream()
                            .filter(members ->
                                    members.getJsonArray("joined").encode().contains("bob"))
                            .count());
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
                "bad_room|{\"type\":\"join\",\"room\":\"a\\u0007b\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"" + "r".repeat(65) + "\"}",
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
        try (WebSocketTestClient ann = ann()) {
            ann.send(codeAndFrame.substring(bar + 1));
            assertEquals(codeAndFrame.substring(0, bar), ann.await1("error").getString("code"));
            ann.post(room, "after", "goes on");
            ann.awaitText("goes on");
            assertEquals(List.of("goes on"), ann.texts());
        }
    }

    @Test
    void anErrorNamesTheRoomInAnyScript() {
        // 64 code points, which are 128 UTF-16 code units.
        for (String name : List.of("größe", "𠮷".repeat(64), "r".repeat(64))) {
            try (WebSocketTestClient ann = ann()) {
                ann.send(new JsonObject().put("type", "leave").put("room", name));
                JsonObject error = ann.await1("error");
                assertEquals("not_joined", error.getString("code"));
                assertEquals(name, error.getString("room"));
            }
        }
        try (WebSocketTestClient ann = ann()) {
            ann.send("{\"type\":\"post\",\"room\":\"den\",\"id\":\"7\",\"text\":\"\\ud800\"}");
            JsonObject error = ann.await1("error");
            assertEquals("den", error.getString("room"));
            assertEquals("7", error.getString("id"));
        }
    }

    @Test
    void aPageOfAnotherOriginIsRejectedAndOneOfTheSameOriginIsNot() {
        String[] upgrade = {"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="};
        String request = "GET /chat?name=ann HTTP/1.1\r\nHost: localhost:" + base.getPort()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + upgrade[0] + ": " + upgrade[1] + "\r\n"
                + upgrade[2] + ": " + upgrade[3] + "\r\nOrigin: ";
        assertTrue(RawSocketClient.answer(base, request + "https://evil.example\r\n\r\n")
                .startsWith("HTTP/1.1 403"));
        String own = request + "http://localhost:" + base.getPort() + "\r\n";
        assertTrue(RawSocketClient.answer(base, own + "\r\n").startsWith("HTTP/1.1 101"));
        assertTrue(RawSocketClient.answer(base, own + "X-Forwarded-Proto: http\r\n\r\n")
                .startsWith("HTTP/1.1 101"));
    }

    @Test
    void textIsReturnedUnchanged() {
        String odd = "<script>alert(1)</script> \u0000 \"quotes\" \\ 漢字 🙂 \u2028 \n\r\n end";
        try (WebSocketTestClient ann = ann()) {
            ann.post(room, "1", odd);
            ann.awaitText(odd);
            JsonArray page = history("").getJsonArray("messages");
            assertEquals(odd, page.getJsonObject(0).getString("text"));
        }
    }
}
