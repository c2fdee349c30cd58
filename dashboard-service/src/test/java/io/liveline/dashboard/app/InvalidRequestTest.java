package io.liveline.dashboard.app;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests that are rejected with a problem. */
@QuarkusTest
class InvalidRequestTest extends DashboardHttp {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"by\":-1}|bad_by",
                "{\"by\":0}|bad_by",
                "{\"by\":1.5}|bad_json",
                "{\"by\":1e2}|bad_json",
                "{\"by\":\"3\"}|bad_json",
                "{\"by\":null}|bad_json",
                "{\"by\":true}|bad_json",
                "{\"by\":NaN}|bad_json",
                "{\"by\":9223372036854775808}|bad_json",
                "{\"by\":99999999999999999999999}|bad_json",
                "{\"by\":1,\"colour\":\"red\"}|bad_json",
                "{\"by\":1,\"by\":2}|bad_json",
                "{\"by\":1}{\"by\":1}|bad_json",
                "{}|bad_json",
                "[]|bad_json",
                "null|bad_json",
                "''|bad_json",
                "nonsense|bad_json",
            })
    void aBadIncrementIsAProblemAndCountsNothing(String body, String code) {
        client.set(orders, 7);
        assertProblem(
                400, code, client.send("POST", "/counters/" + orders + "/increments", body, "Idempotency-Key", "k"));
        assertThat(value(orders)).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|bad_json",
                "{\"increments\":{}}|bad_increments",
                "{\"increments\":{\"a\":0}}|bad_by",
                "{\"increments\":{\"a\":null}}|bad_json",
                "{\"increments\":{\"a/b\":1}}|bad_name",
                "{\"increments\":{\"a\":1,\"a\":2}}|bad_json",
                "{\"increments\":[1]}|bad_json",
            })
    void aBadBatchIsAProblem(String body, String code) {
        assertProblem(400, code, client.send("POST", "/counters/increments", body, "Idempotency-Key", orders));
    }

    @Test
    void anIncrementNeedsAValidKey() {
        String path = "/counters/" + orders + "/increments";
        assertProblem(400, "missing_key", client.send("POST", path, "{\"by\":1}"));
        assertProblem(400, "missing_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", ""));
        assertProblem(400, "bad_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", "a b"));
        assertProblem(400, "bad_key", client.send("POST", path, "{\"by\":1}", "Idempotency-Key", "k".repeat(129)));
        assertThat(names(orders)).isEmpty();
    }

    @Test
    void overflowIsRejectedAndCountsNothing() {
        client.set(orders, Long.MAX_VALUE);
        assertProblem(409, "overflow", client.add(orders, 1));
        assertThat(value(orders)).isEqualTo(Long.MAX_VALUE);
        assertProblem(400, "bad_json", client.send("PUT", "/counters/" + orders, "{\"value\":9223372036854775808}"));
        assertThat(value(orders)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({"a%2Fb", "a%0Ab", "a%0D%0Aid:%20x", "a%00", "..%2F..", "a..b", "a%20b", "a%7Bb", "%22", "a%5Cb", "a*"})
    void aBadNameIsAProblem(String name) {
        assertProblem(400, "bad_name", client.add(name, "1", "k"));
        assertProblem(400, "bad_name", client.set(name, 1));
    }

    @Test
    void aNameThatIsTooLongIsAProblem() {
        assertThat(client.set(orders + "x".repeat(128 - orders.length()), 1).statusCode())
                .isEqualTo(200);
        assertProblem(400, "bad_name", client.set("x".repeat(129), 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/counters?names=a%0Ab|400|bad_name",
                "/counters?names=a,,b|400|bad_name",
                "/counters?names=a*b|400|bad_name",
                "/counters/no-such-counter/history|404|unknown_counter",
                "/counters/a%2Fb/history|400|bad_name",
                "/counters/stream?names=a%0Db|400|bad_name",
                "/counters/stream?rate=0|400|bad_rate",
                "/counters/stream?rate=-1|400|bad_rate",
                "/counters/stream?rate=many|400|bad_rate",
                "/counters/stream?after=garbage|400|bad_cursor",
                "/counters/nothing/here|404|not_found",
            })
    void aBadAddressIsAProblem(String path, int status, String code) {
        assertProblem(status, code, client.get(path));
    }

    @Test
    void tooManyNamesAreAProblem() {
        String many = IntStream.range(0, 101).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
        assertProblem(400, "bad_names", client.get("/counters?names=" + many));
    }

    @Test
    void anInvalidLastEventIdIsAProblem() {
        assertProblem(400, "bad_cursor", client.get("/counters/stream", "Last-Event-ID", "garbage"));
        assertProblem(400, "bad_cursor", client.get("/counters/stream", "Last-Event-ID", "a-1\" x"));
    }

    @Test
    void clientsCannotChangeCountersOfTheSuite() {
        assertProblem(403, "reserved", client.add("chat.messages", 1));
        assertProblem(403, "reserved", client.set("presence.online", 1));
    }

    @Test
    void aBodyOfOneMegabyteIsRejectedAndCountsNothing() {
        HttpResponse<String> answer = client.send(
                "POST",
                "/counters/" + orders + "/increments",
                "{\"by\":1" + " ".repeat(1 << 20) + "}",
                "Idempotency-Key",
                "k");
        assertProblem(413, "too_large", answer);
        assertThat(names(orders)).isEmpty();
    }

    @Test
    void aChunkedBodyHasTheSameLimit() throws Exception {
        HttpResponse<String> answer = chunked("{\"by\":1" + " ".repeat(1 << 20) + "}");
        assertProblem(413, "too_large", answer);
        assertThat(names(orders)).isEmpty();
        assertThat(chunked("{\"by\":2}").statusCode()).isEqualTo(200);
        assertThat(names(orders)).isEqualTo(List.of(orders));
        assertProblem(400, "bad_json", chunked(""));
    }

    private HttpResponse<String> chunked(String body) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/counters/" + orders + "/increments"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "chunked" + bytes.length)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
                .build();
        return Client.HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
