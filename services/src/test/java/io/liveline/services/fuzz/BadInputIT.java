package io.liveline.services.fuzz;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.liveline.services.support.RawHttp;
import io.liveline.services.support.RawRequest;
import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test that invalid input gets a clear answer and changes nothing. */
class BadInputIT {

    private static final String TOO_LONG = "x".repeat(16385);

    private static Service suite;

    @BeforeAll
    static void start() {
        suite = Service.start("services", Map.of());
    }

    @AfterAll
    static void stop() {
        suite.close();
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .as(response.body())
                .startsWith("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getString("detail")).isNotBlank().doesNotContain("io.liveline", "Exception");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    // -- WebSocket: each invalid frame is answered with an error, and the connection stays open

    static List<String> badFrames() {
        return List.of(
                "bad_json|{",
                "bad_json|[]",
                "bad_json|nonsense",
                "bad_json|{\"type\":\"join\",\"room\":\"lobby\",\"room\":\"other\"}",
                "bad_json|{\"type\":\"join\",\"room\":\"lobby\",\"colour\":\"red\"}",
                "bad_json|{\"type\":\"join\",\"room\":7}",
                "bad_json|{\"type\":\"join\"}",
                "unknown_type|{\"type\":\"jump\",\"room\":\"lobby\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"a\\u0007b\"}",
                "bad_room|{\"type\":\"join\",\"room\":\"" + "r".repeat(129) + "\"}",
                "bad_cursor|{\"type\":\"join\",\"room\":\"lobby\",\"after\":\"garbage\"}",
                "too_long|{\"type\":\"post\",\"room\":\"lobby\",\"id\":\"1\",\"text\":\"" + TOO_LONG + "\"}",
                "not_joined|{\"type\":\"leave\",\"room\":\"nowhere\"}");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("badFrames")
    void aBadFrameIsAnsweredAndTheConnectionStaysOpen(String codeAndFrame) {
        String code = codeAndFrame.substring(0, codeAndFrame.indexOf('|'));
        String frame = codeAndFrame.substring(codeAndFrame.indexOf('|') + 1);
        String room = "bad-" + Math.abs(frame.hashCode());
        ChatClient ann = ChatClient.connect(suite.at("/chat"), "ann").join(room, null);

        ann.send(frame.replace("\"lobby\"", '"' + room + '"'));

        assertThat(ann.await("error").getString("code")).isEqualTo(code);
        ann.post(room, "after", "goes on");
        ann.awaitText("goes on");
        assertThat(ann.isOpen()).isTrue();
        assertThat(ann.texts()).containsExactly("goes on");
        ann.close();
    }

    @Test
    void aCursorOfAnotherEpochIsReportedAndTheRoomIsLive() {
        ChatClient ann = ChatClient.connect(suite.at("/chat"), "ann").join("lives", "0therl1fe-7");

        assertThat(ann.await("joined").getBoolean("recovered")).isFalse();
        ann.post("lives", "1", "live");
        ann.awaitText("live");
    }

    @Test
    void anUpgradeWithoutANameIsRejected() {
        assertThat(suite.get("/chat", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version", "13")
                        .statusCode())
                .isBetween(400, 499);
    }

    @ParameterizedTest
    @CsvSource({
        "Connection: Upgrade, Connection: close, 400",
        "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 12, 426",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==, X-Key: none, 400",
        "Host: localhost, Host: localhost\\nTransfer-Encoding: chunked, 400",
        "Host: localhost, Host: localhost\\nContent-Length: 5, 400",
    })
    void anInvalidHandshakeIsAProblem(String good, String bad, int status) {
        RawRequest request = RawRequest.to("/chat");
        request.headers.replaceAll(header -> header.equals(good) ? bad.replace("\\n", "\r\n") : header);

        RawHttp.Answer answer = new RawHttp(suite.port())
                .exchange(HostileInput.joined(request.bytes(), "5\r\nhello\r\n0\r\n\r\n".getBytes()), false, false);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).as(answer.body()).startsWith("application/problem+json");
    }

    @Test
    void aRequestWithoutAHostIsAProblemAndIsNotLogged() {
        RawRequest request = RawRequest.to("/counters");
        request.headers.clear();
        request.headers.add("Connection: close");

        RawHttp.Answer answer = new RawHttp(suite.port()).exchange(request.bytes(), false, false);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(suite.process().output()).doesNotContain("QuarkusErrorHandler");
    }

    @Test
    void anEmptyAcceptMeansAnyType() {
        assertThat(suite.get("/liveline.json", "Accept", "").statusCode()).isEqualTo(200);
    }

    @Test
    void anInvalidAcceptIsAProblemAndNothingIsDone() {
        assertThat(suite.get("/liveline.json", "Accept", "k3f9x2--1").statusCode())
                .isEqualTo(400);
        HttpResponse<String> refused = suite.send(
                "POST",
                "/counters/accept.unreadable/increments",
                "{\"by\":1}",
                "Accept",
                "nonsense",
                "Idempotency-Key",
                "accept-1");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("bad_accept");
        assertThat(suite.get("/counters?names=accept.unreadable").body()).doesNotContain("\"value\":1");
    }

    // -- REST

    @ParameterizedTest
    @CsvSource({
        "/rooms/lobby/messages?after=garbage, 400, bad_cursor",
        "/rooms/lobby/messages?before=x-x, 400, bad_cursor",
        "/rooms/lobby/messages?limit=0, 400, bad_limit",
        "/rooms/lobby/messages?limit=-5, 400, bad_limit",
        "/rooms/lobby/messages?limit=99999999999999999999, 400, bad_limit",
        "/rooms/lobby/messages?limit=ten, 400, bad_limit",
        "/rooms/a%00b/messages, 400, bad_room",
        "/rooms/a%0Ab/presence, 400, bad_room",
        "/counters?names=a%0Ab, 400, bad_name",
        "/counters/no-such-counter/history, 404, unknown_counter",
    })
    void aBadAddressIsAProblem(String path, int status, String code) {
        assertProblem(suite.get(path), status, code);
    }

    @Test
    void aRoomNameThatIsTooLongIsAProblem() {
        assertProblem(suite.get("/rooms/" + "r".repeat(129) + "/messages"), 400, "bad_room");
        assertProblem(suite.get("/rooms/" + "r".repeat(129) + "/presence"), 400, "bad_room");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=-1", "wait=soon", "wait=1.5", "wait=99999999999999999999", "wait="})
    void anAbsurdWaitIsAProblem(String prefer) {
        assertProblem(suite.get("/rooms/lobby/presence", "Prefer", prefer, "If-None-Match", "\"x\""), 400, "bad_wait");
    }

    @Test
    void aLongWaitIsReducedAndTheAnswerHasItsLength() {
        HttpResponse<String> response = suite.get("/rooms/lobby/presence", "Prefer", "wait=3600");
        assertThat(response.statusCode()).isEqualTo(200);
        response.headers().firstValue("Preference-Applied").ifPresent(applied -> assertThat(applied)
                .isEqualTo("wait=60"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"by\":-1}|400|bad_by",
                "{\"by\":0}|400|bad_by",
                "{\"by\":1.5}|400|bad_json",
                "{\"by\":\"3\"}|400|bad_json",
                "{\"by\":99999999999999999999999}|400|bad_json",
                "{\"by\":1,\"colour\":\"red\"}|400|bad_json",
                "{}|400|bad_json",
                "{\"by\":1|400|bad_json",
                "nonsense|400|bad_json",
            })
    void aBadIncrementIsAProblemAndCountsNothing(String body, int status, String code) {
        String name = "bad" + Math.abs(body.hashCode());
        suite.send("PUT", "/counters/" + name, "{\"value\":7}");

        assertProblem(
                suite.send("POST", "/counters/" + name + "/increments", body, "Idempotency-Key", "k"), status, code);

        assertThat(new JsonObject(suite.get("/counters?names=" + name).body())
                        .getJsonObject("counters")
                        .getJsonObject(name)
                        .getLong("value"))
                .isEqualTo(7);
    }

    @Test
    void anIncrementOverSixtyFourBitsIsRejectedAndCountsNothing() {
        suite.send("PUT", "/counters/full", "{\"value\":" + Long.MAX_VALUE + "}");

        assertProblem(
                suite.send("POST", "/counters/full/increments", "{\"by\":1}", "Idempotency-Key", "k"), 409, "overflow");

        assertThat(suite.get("/counters?names=full").body()).contains("" + Long.MAX_VALUE);
    }

    @Test
    void aPostWithoutNameKeyOrTextIsAProblemAndPostsNothing() {
        String path = "/rooms/unposted/messages";
        assertProblem(suite.send("POST", path, "{\"text\":\"a\"}", "Idempotency-Key", "k"), 401, "who_are_you");
        assertProblem(suite.send("POST", path + "?name=ann", "{\"text\":\"a\"}"), 400, "bad_id");
        assertProblem(suite.send("POST", path + "?name=ann", "{}", "Idempotency-Key", "k"), 400, "bad_json");
        assertProblem(
                suite.send("POST", path + "?name=ann", "{\"text\":\"\"}", "Idempotency-Key", "k"), 400, "bad_text");
        assertProblem(
                suite.send("POST", path + "?name=ann", "{\"text\":\"" + TOO_LONG + "\"}", "Idempotency-Key", "k"),
                413,
                "too_long");

        assertThat(new JsonObject(suite.get(path).body()).getJsonArray("messages"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0007b", "", " ", "\u202Egnp", "\n"})
    void aBadNameIsAProblem(String name) {
        HttpResponse<String> response =
                suite.send("PUT", "/rooms/lobby/presence?name=" + encoded(name), "{\"state\":\"active\"}");

        assertProblem(response, 400, "bad_name");
        assertThat(new JsonObject(suite.get("/rooms/lobby/presence").body()).getJsonArray("online"))
                .isEmpty();
    }

    @Test
    void anUnknownStateIsAProblem() {
        assertProblem(suite.send("PUT", "/rooms/lobby/presence?name=ann", "{\"state\":\"asleep\"}"), 400, "bad_json");
    }

    @Test
    void aBodyOverTheLimitIsRejected() {
        HttpResponse<String> response =
                suite.send("POST", "/counters/big/increments", "x".repeat(300_000), "Idempotency-Key", "k");
        assertProblem(response, 413, "too_large");
    }

    @Test
    void anUnknownPathAndMethodAreProblems() {
        assertProblem(suite.get("/rooms/lobby/nothing"), 404, "not_found");
        assertThat(suite.send("DELETE", "/counters", null).statusCode()).isEqualTo(405);
    }

    @Test
    void textIsDataAndIsReturnedUnchanged() {
        String odd = "<script>alert(1)</script> \u0000 \"quotes\" \\ 漢字 🙂 \u2028";
        ChatClient ann = ChatClient.connect(suite.at("/chat"), "ann").join("odd", null);
        ann.post("odd", "1", odd);
        ann.awaitText(odd);
    }

    @Test
    void manyBadFramesInARowLeaveTheConnectionUsable() {
        ChatClient ann = ChatClient.connect(suite.at("/chat"), "ann").join("many", null);
        IntStream.range(0, 200).forEach(i -> ann.send("{\"type\":\"nothing\"}"));
        ann.awaitCount("error", 200);
        ann.post("many", "1", "still here");
        ann.awaitText("still here");
    }
}
