package io.liveline.edge.gate;

import java.net.http.HttpResponse;
import java.util.Map;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits on the rate of requests and on their bodies. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class RequestLimitsTest extends RequestGateFixture {

    @Test
    void eachPersonHasOneRateLimitOverAllRequestsAndConnections() throws Exception {
        String token = TestTokens.of("greedy", TestTokens.MEMBER);
        String another = TestTokens.of("greedy", Map.of());
        int taken = 0;
        HttpResponse<String> answer = get("/who", token);
        while (answer.statusCode() == 200 && taken < 300) {
            taken++;
            answer = switch (taken % 3) {
                case 0 -> get("/plain/who", token);
                case 1 -> get("/who", another);
                default -> post("/who", token, "{\"text\":1}");
            };
        }
        assertProblem(429, "rate_limited", answer);
        assertThat(taken).isGreaterThanOrEqualTo(100).isLessThan(200);
        assertThat(answer.headers().firstValue("Retry-After").orElseThrow()).isEqualTo("1");
        assertThat(get("/who", TestTokens.of("modest", TestTokens.MEMBER)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void unauthenticatedRequestsAreLimitedByAddressAndValidTokensDoNotCount() {
        assertThat(answered("127.0.0.7", null, 250, 401))
                .as("an unauthenticated client is not limited")
                .isLessThan(250);
        assertThat(answered("127.0.0.6", null, 1, 401))
                .as("another address shares the limit")
                .isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            String token = TestTokens.of("office" + i, TestTokens.MEMBER);
            assertThat(answered("127.0.0.5", token, 90, 200))
                    .as("people at one address share its limit")
                    .isEqualTo(90);
        }
    }

    @Test
    void onlyATrustedProxySetsTheClientAddress() {
        assertThat(answered("127.0.0.4", null, 250, 401, "X-Forwarded-For: 10.0.0.{i}"))
                .as("an untrusted client can set its address")
                .isLessThan(250);
        assertThat(answered("127.0.0.9", null, 250, 401, "X-Forwarded-For: 10.0.1.{i}"))
                .as("the clients of a trusted proxy share one limit")
                .isEqualTo(250);
        assertThat(answered("127.0.0.9", null, 250, 401, "X-Forwarded-For: 10.0.2.1"))
                .as("a client behind a trusted proxy is not limited")
                .isLessThan(250);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 8000000", "Transfer-Encoding: chunked"})
    void aBodyOverTheLimitIsRejectedWhateverItsSize(String length) {
        String token = TestTokens.of("big", TestTokens.MEMBER);
        boolean chunked = length.endsWith("chunked");
        try (Raw big = new Raw(base.getPort())) {
            big.head("POST /who HTTP/1.1", "Content-Type: application/json", "Authorization: Bearer " + token, length);
            String megabyte = "x".repeat(1_000_000);
            for (int i = 0; i < 8; i++) {
                big.send(chunked ? Integer.toHexString(megabyte.length()) + "\r\n" + megabyte + "\r\n" : megabyte);
            }
            big.send(chunked ? "0\r\n\r\n" : "");
            assertThat(big.status()).isEqualTo(413);
            big.awaitClosed();
        }
    }

    @Test
    void anUnauthenticatedBodyIsDiscardedAndTheNextRequestIsServed() {
        String token = TestTokens.of("next", TestTokens.MEMBER);
        try (Raw client = new Raw(base.getPort())) {
            client.head("POST /who HTTP/1.1", "Content-Type: application/json", "Content-Length: 50000");
            assertThat(client.status()).isEqualTo(401);
            client.send("x".repeat(50_000));
            client.head("GET /who HTTP/1.1", "Authorization: Bearer " + token);
            assertThat(client.status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyWaitsForTheVerificationOfItsToken() throws Exception {
        for (int i = 0; i < 20; i++) {
            // A new token each time: a worker thread verifies it while the body waits.
            String token = TestTokens.of("writer" + i, TestTokens.MEMBER);
            HttpResponse<String> answer = post("/who", token, "{\"text\":\"" + "x".repeat(40_000) + "\"}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).startsWith("[\"writer" + i);
        }
    }

    @Test
    void deeplyNestedJsonIsRejected() throws Exception {
        String token = TestTokens.of("deep", TestTokens.MEMBER);
        assertThat(post("/who", token, nested(10)).statusCode()).isEqualTo(200);
        assertProblem(400, "bad_json", post("/who", token, nested(20)));
        assertProblem(400, "bad_json", post("/who", token, nested(5_000)));
    }

    /** Returns the number of requests that get this status; all others must get 429. */
    private int answered(String from, String token, int requests, int status, String... headers) {
        int found = 0;
        try (Raw client = new Raw(base.getPort(), from)) {
            for (int i = 0; i < requests; i++) {
                client.send("GET /who HTTP/1.1\r\n");
                for (String header : headers) {
                    client.send(header.replace("{i}", String.valueOf(i % 250)) + "\r\n");
                }
                client.head(token == null ? "Accept: */*" : "Authorization: Bearer " + token);
                int got = client.status();
                assertThat(got).isIn(status, 429);
                found += got == status ? 1 : 0;
            }
        }
        return found;
    }

    private static String nested(int depth) {
        return "{\"text\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }
}
