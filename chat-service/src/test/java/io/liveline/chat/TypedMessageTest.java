package io.liveline.chat;

import java.net.http.HttpResponse;
import java.util.List;

import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of messages with a kind and data, over every transport. */
@QuarkusTest
class TypedMessageTest extends RoomHttpFixture {

    /** Data of which a decoder and an encoder would change something: numbers, escapes, the order of names. */
    private static final String DATA = "{\"z\":1.50,\"a\":12345678901234567890123456789,\"e\":1E+400,\"-\":-0.0,"
            + "\"s\":\"\\u00e9\\/\\u2028 \u2028 \uD83D\uDE42\\ud83d\\ude42 \\\"{[\",\"n\":null,\"\":[{},[]]}";

    private static final String TYPED = "\"text\":\"Paid\",\"kind\":\"order.paid\",\"data\":" + DATA;

    /** The same with white space between the tokens, as over HTTP, where a body may have many lines. */
    private static final String SPACED =
            "{ \"data\" :\r\n" + DATA.replace(",\"", " ,\n\t\"").replace("\":", "\" : ")
                    + ",\"kind\":\"order.paid\",\n\"text\":\"Paid\"\n}";

    private HttpResponse<String> send(String id, String body) {
        return HttpTestClient.send(base, "POST", path + "?name=ann", body, "Idempotency-Key", id);
    }

    private HttpResponse<String> edit(String message, String id, String body) {
        return HttpTestClient.send(base, "PATCH", path + "/" + message + "?name=ann", body, "Idempotency-Key", id);
    }

    private static String cursor(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return new JsonObject(answer.body()).getString("cursor");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }

    private ChatClient join(String name) {
        return ChatClient.connect(base, name).join(room(), null);
    }

    private String frame(String fields) {
        return "{\"type\":\"post\",\"room\":\"" + room() + "\"," + fields + "}";
    }

    @Test
    void kindAndDataAreDeliveredUnchangedOverEveryTransport() {
        String start = post("0", "start");
        try (ChatClient ann = join("ann");
                SseTestClient stream = SseTestClient.open(base, path)) {
            stream.await("joined");
            var poll = poll("?after=" + start, 60);
            ann.send(frame("\"id\":\"1\"," + TYPED));
            String onSocket = ann.awaitFrame("message", message -> "1".equals(message.getString("id")))
                    .getString("cursor");
            assertThat(ann.lines()).anyMatch(line -> line.contains(onSocket) && line.endsWith(TYPED + "}"));
            assertThat(poll.join().body()).contains(TYPED + "}");

            String overHttp = cursor(send("2", SPACED));

            ChatClient.until(() -> stream.all("message").size() == 2);
            assertThat(ann.lines()).anyMatch(line -> line.contains(overHttp) && line.endsWith(TYPED + "}"));
            assertThat(stream.blocks())
                    .filteredOn(block -> block.contains(TYPED + "}\n"))
                    .hasSize(2);
        }
        for (String query : List.of("", "?after=" + start, "?limit=2")) {
            assertThat(HttpTestClient.get(base, path + query).body().split(java.util.regex.Pattern.quote(TYPED + "}")))
                    .as(query)
                    .hasSize(3);
        }
    }

    @Test
    void aMessageWithDataAloneHasAnEmptyTextForClientsThatKnowNoData() {
        send("1", "{\"data\":{}}");
        JsonArray messages = new JsonObject(HttpTestClient.get(base, path).body()).getJsonArray("messages");
        assertThat(messages.getJsonObject(0).getString("text")).isEmpty();
        assertThat(messages.getJsonObject(0).getJsonObject("data")).isEmpty();
        assertThat(messages.getJsonObject(0).containsKey("kind")).isFalse();
    }

    @Test
    void anIdIsOneContentWhateverTheTransport() {
        try (ChatClient ann = join("ann")) {
            ann.send(frame("\"id\":\"1\"," + TYPED));
            String first = ann.await("posted").getString("cursor");

            assertThat(cursor(send("1", SPACED))).isEqualTo(first);
            for (String other : List.of(
                    "{\"text\":\"Paid\"}",
                    "{\"text\":\"Paid\",\"kind\":\"order.paid\"}",
                    "{\"text\":\"Paid\",\"data\":" + DATA + "}",
                    "{\"kind\":\"order.paid\",\"data\":" + DATA + "}",
                    "{\"text\":\"Paid\",\"kind\":\"order.sent\",\"data\":" + DATA + "}",
                    "{\"text\":\"Paid\",\"kind\":\"order.paid\",\"data\":{}}")) {
                assertProblem(send("1", other), 422, "id_reused");
            }
            ann.send(frame("\"id\":\"1\",\"text\":\"Paid\",\"data\":{\"a\":1}"));
            assertThat(ann.await("error").getString("code")).isEqualTo("id_reused");

            cursor(edit(first, "edit", "{\"text\":\"Paid by card\",\"data\":{}}"));

            ann.send(frame("\"id\":\"1\"," + TYPED));
            ann.awaitCount("posted", 2);
            assertThat(ann.all("posted").get(1).getString("cursor")).isEqualTo(first);
            assertThat(cursor(send("1", SPACED))).isEqualTo(first);
            assertProblem(send("1", "{\"text\":\"Paid by card\",\"data\":{}}"), 422, "id_reused");
        }
        assertThat(texts(HttpTestClient.get(base, path).body())).containsExactly("Paid by card");
    }

    @Test
    void anIdIsOneChange() {
        String message = post("1", "one");
        String other = post("2", "two");
        String first = cursor(edit(message, "change", "{\"text\":\"a\"}"));

        assertThat(cursor(edit(message, "change", "{\"text\":\"a\"}"))).isEqualTo(first);
        assertProblem(edit(message, "change", "{\"text\":\"b\"}"), 422, "id_reused");
        assertProblem(edit(message, "change", "{\"text\":\"a\",\"data\":{}}"), 422, "id_reused");
        assertProblem(edit(other, "change", "{\"text\":\"a\"}"), 422, "id_reused");
        assertProblem(
                HttpTestClient.send(
                        base, "DELETE", path + "/" + message + "?name=ann", null, "Idempotency-Key", "change"),
                422,
                "id_reused");
        try (ChatClient ann = join("ann")) {
            ann.send("{\"type\":\"edit\",\"room\":\"" + room() + "\",\"message\":\"" + message
                    + "\",\"id\":\"change\",\"text\":\"b\"}");
            assertThat(ann.await("error").getString("code")).isEqualTo("id_reused");
        }
        assertThat(texts(HttpTestClient.get(base, path).body())).containsExactly("a", "two");
        // An id of a message is not one of a change.
        cursor(edit(message, "1", "{\"text\":\"c\"}"));
    }

    @Test
    void anEditChangesWhatItNamesAndLeavesTheRestAsItWas() {
        String message = cursor(send("1", SPACED));
        try (ChatClient bob = join("bob")) {
            cursor(edit(message, "text", "{\"text\":\"Paid by card\"}"));
            cursor(edit(message, "data", "{\"data\":{ \"sum\" : 1.0 }}"));
            cursor(edit(message, "kind", "{\"kind\":\"order.settled\",\"text\":\"Settled\"}"));

            bob.awaitCount("edited", 3);
            List<JsonObject> events = bob.all("edited");
            assertThat(events)
                    .extracting(event -> event.getString("text"))
                    .containsExactly("Paid by card", "Paid by card", "Settled");
            assertThat(events)
                    .extracting(event -> event.getString("kind"))
                    .containsExactly(null, null, "order.settled");
            assertThat(bob.lines())
                    .anyMatch(line -> line.endsWith("\"text\":\"Paid by card\",\"data\":{\"sum\":1.0}}"));
        }
        assertThat(HttpTestClient.get(base, path).body())
                .contains("\"text\":\"Settled\",\"kind\":\"order.settled\",\"data\":{\"sum\":1.0},\"edited\":true}");
    }

    @Test
    void anEditOfTheTextLeavesTheDataExactlyAsItWas() {
        String message = cursor(send("1", SPACED));
        cursor(edit(message, "text", "{\"text\":\"Paid by card\"}"));
        assertThat(HttpTestClient.get(base, path).body())
                .contains("\"text\":\"Paid by card\",\"kind\":\"order.paid\",\"data\":" + DATA + ",\"edited\":true}");
    }

    @Test
    void aDeletedMessageHasNoKindAndNoData() {
        String start = post("0", "start");
        String message = cursor(send("1", "{\"kind\":\"order.paid\",\"data\":{\"card\":\"secret\"}}"));
        try (ChatClient bob = join("bob")) {
            cursor(edit(message, "data", "{\"data\":{\"card\":\"secret 2\"}}"));
            assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
            bob.await("deleted");
        }
        try (ChatClient cy = ChatClient.connect(base, "cy").join(room(), start)) {
            cy.awaitCount("deleted", 2);
            assertThat(cy.lines()).noneMatch(line -> line.contains("secret") || line.contains("order.paid"));
        }
        assertThat(HttpTestClient.get(base, path + "?after=" + start).body()).doesNotContain("secret", "order.paid");
    }

    /** Concurrent edits of text and of data must not undo each other. */
    @Test
    void editsOfTextAndDataAtTheSameTimeAreBothKept() {
        String message = cursor(send("1", "{\"text\":\"0\",\"data\":{\"n\":0}}"));
        String start = message;
        try (ChatClient ann = join("ann");
                ChatClient annToo = join("ann")) {
            for (int i = 1; i <= 20; i++) {
                String edit =
                        "{\"type\":\"edit\",\"room\":\"" + room() + "\",\"message\":\"" + message + "\",\"id\":\"";
                ann.send(edit + "t" + i + "\",\"text\":\"" + i + "\"}");
                annToo.send(edit + "d" + i + "\",\"data\":{\"n\":" + i + "}}");
            }
            ann.awaitCount("changed", 20);
            annToo.awaitCount("changed", 20);
        }
        assertThat(HttpTestClient.get(base, path).body()).contains("\"text\":\"20\",\"data\":{\"n\":20}");
        JsonArray events = new JsonObject(
                        HttpTestClient.get(base, path + "?after=" + start).body())
                .getJsonArray("messages");
        assertThat(events.getJsonObject(events.size() - 1).getString("text")).isEqualTo("20");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"kind\":\"order.paid\"}|400|bad_json",
                "{}|400|bad_json",
                "{\"text\":\"\",\"data\":{}}|400|bad_text",
                "{\"text\":\"a\",\"kind\":\"\"}|400|bad_kind",
                "{\"text\":\"a\",\"kind\":\"order..paid\"}|400|bad_kind",
                "{\"text\":\"a\",\"kind\":\"order paid\"}|400|bad_kind",
                "{\"text\":\"a\",\"kind\":7}|400|bad_json",
                "{\"text\":\"a\",\"kind\":null}|400|bad_json",
                "{\"text\":\"a\",\"data\":null}|400|bad_json",
                "{\"text\":\"a\",\"data\":[]}|400|bad_json",
                "{\"text\":\"a\",\"data\":\"{}\"}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":1,\"a\":2}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":NaN}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":01}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":\"\\ud800\"}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"\\udc00\":1}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{}},\"data\":{}}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":{}|400|bad_json",
                "{\"text\":\"a\",\"data\":{\"a\":[[[[[[[[[[[[]]]]]]]]]]]]}}|400|bad_data",
            })
    void aBadContentIsRejectedOverHttpAndOnTheSocketAndChangesNothing(String body, int status, String code) {
        assertProblem(send("1", body), status, code);
        try (ChatClient ann = join("ann")) {
            ann.send(
                    frame("\"id\":\"1\"" + (body.equals("{}") ? "}" : "," + body.substring(1)).replaceFirst("}$", "")));
            assertThat(ann.await("error").getString("code")).isEqualTo(code);
        }
        assertThat(texts(HttpTestClient.get(base, path).body())).isEmpty();
    }

    @Test
    void dataIsBoundedInBytesOfUtf8WithoutTheWhiteSpaceAroundItsTokens() {
        String longest = "{\"a\":\"" + "\u00e9".repeat((4096 - 8) / 2) + "\"}";
        cursor(send("1", "{\"data\":" + longest.replaceFirst("\"", " ".repeat(5000) + "\"") + "}"));
        assertProblem(send("2", "{\"data\":" + longest.replace("\"}", "x\"}") + "}"), 413, "too_long");
        try (ChatClient ann = join("ann")) {
            ann.send(frame("\"id\":\"3\",\"data\":" + longest.replace("\"}", "x\"}")));
            assertThat(ann.await("error").getString("code")).isEqualTo("too_long");
            ann.send(frame("\"id\":\"4\",\"data\":" + longest));
            ann.await("posted");
        }
        assertThat(texts(HttpTestClient.get(base, path).body())).hasSize(2);
    }

    @Test
    void aRoomAcceptsPlainTextAndTheKindsOfItsClass() {
        path = path.replace("/read", "/orders-");
        cursor(send("1", "{\"text\":\"plain\"}"));
        String paid = cursor(send("2", "{\"text\":\"Paid\",\"kind\":\"order.paid\",\"data\":{}}"));
        assertProblem(send("3", "{\"text\":\"a\",\"kind\":\"chat.sticker\"}"), 403, "forbidden");
        assertProblem(send("4", "{\"text\":\"a\",\"data\":{}}"), 403, "forbidden");
        assertProblem(edit(paid, "5", "{\"text\":\"a\",\"kind\":\"chat.sticker\"}"), 403, "forbidden");
        cursor(edit(paid, "6", "{\"data\":{\"a\":1}}"));
        assertThat(texts(HttpTestClient.get(base, path).body())).containsExactly("plain", "Paid");
    }

    @Test
    void aRoomKeepsAsManyMessagesAsItsClassSays() {
        path = path.replace("/read", "/short-");
        for (int i = 0; i < 8; i++) {
            post("" + i, "m" + i);
        }
        assertThat(texts(HttpTestClient.get(base, path).body())).containsExactly("m3", "m4", "m5", "m6", "m7");
    }
}
