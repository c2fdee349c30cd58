package io.liveline.edge.gate;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits on the number of connections, and timeouts of request heads and bodies. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class ConnectionLimitsTest extends RequestGateFixture {

    @Test
    void anUnfinishedHeadTimesOut() {
        try (Raw silent = new Raw(base.getPort());
                Raw halted = new Raw(base.getPort());
                Raw second = new Raw(base.getPort());
                Raw patient = new Raw(base.getPort())) {
            halted.send("GET /who HTTP/1.1\r\nHost: test\r\nX-A: a");
            second.head("GET /q/health/live HTTP/1.1").status();
            second.send("GET /who HTTP/1.1\r\nX-B");
            patient.head("GET /q/health/live HTTP/1.1").status();
            silent.awaitClosed();
            halted.awaitClosed();
            second.awaitClosed();
            assertThat(patient.head("GET /q/health/live HTTP/1.1").status())
                    .as("an idle connection was closed")
                    .isEqualTo(200);
        }
    }

    @Test
    void aHeadThatArrivesByteByByteTimesOut() {
        try (Raw slow = new Raw(base.getPort())) {
            slow.send("GET /who HTTP/1.1\r\nHost: test\r\n");
            org.awaitility.Awaitility.await()
                    .pollInterval(java.time.Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            slow.send("X: y\r\n");
                            return false;
                        } catch (java.io.UncheckedIOException closed) {
                            return true;
                        }
                    });
        }
    }

    @Test
    void anUnfinishedBodyTimesOut() {
        String token = TestTokens.of("slow", TestTokens.MEMBER);
        try (Raw slow = new Raw(base.getPort())) {
            slow.head(
                    "POST /who HTTP/1.1",
                    "Content-Type: application/json",
                    "Authorization: Bearer " + token,
                    "Content-Length: 100");
            slow.send("{\"te");
            slow.awaitClosed();
        }
    }

    @Test
    void aRejectedBodyTimesOut() {
        String token = TestTokens.of("big", TestTokens.MEMBER);
        try (Raw slow = new Raw(base.getPort())) {
            slow.head(
                    "POST /who HTTP/1.1",
                    "Content-Type: application/json",
                    "Authorization: Bearer " + token,
                    "Content-Length: 8000000");
            assertThat(slow.status()).isEqualTo(413);
            slow.awaitClosed();
        }
    }

    @Test
    void connectionsOverTheLimitAreClosedUntilOthersEnd() {
        List<Raw> all = new ArrayList<>();
        String token = TestTokens.of("many", TestTokens.MEMBER);
        try {
            // Streams, so that they stay open.
            int opened = 0;
            while (opened < 80 && stays(token, all)) {
                opened++;
            }
            assertThat(opened).isGreaterThan(30).isLessThanOrEqualTo(60);
            all.remove(0).close();
            org.awaitility.Awaitility.await().until(() -> stays(token, all));
        } finally {
            all.forEach(Raw::close);
        }
    }

    @Test
    void aStartedStreamDoesNotTimeOut() {
        String token = TestTokens.of("viewer", TestTokens.MEMBER);
        try (Raw viewer = new Raw(base.getPort());
                Raw silent = new Raw(base.getPort())) {
            viewer.head("GET /plain/forever HTTP/1.1", "Authorization: Bearer " + token);
            viewer.readUntil("begun");
            silent.awaitClosed();
            try (Raw later = new Raw(base.getPort())) {
                later.awaitClosed();
            }
            // Still open, though older than those: on a closed connection the second write at the latest would fail.
            viewer.send("GET /q/health/live HTTP/1.1\r\n").send("Host: test\r\n\r\n");
            viewer.close();
        }
    }

    @Test
    void aHeldHttp2RequestIsNotAnUnfinishedBody() throws Exception {
        String token = TestTokens.of("held", TestTokens.MEMBER);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (String path : List.of("/who", "/plain/held?millis=5000")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("held");
        }
    }

    @Test
    void connectionsAreCountedWithoutATimerEach() throws Exception {
        String metrics = send(request("/q/metrics")).body();
        assertThat(metrics).contains("liveline_edge_connections");
        assertThat(metrics).doesNotContain("http_server_connections");
        assertThat(metrics).doesNotContain("http_server_websocket_connections");
    }

    private boolean stays(String token, List<Raw> all) {
        Raw one = new Raw(base.getPort());
        all.add(one);
        try {
            one.head("GET /plain/forever HTTP/1.1", "Authorization: Bearer " + token)
                    .readUntil("begun");
            return true;
        } catch (AssertionError | java.io.UncheckedIOException closed) {
            return false;
        }
    }
}
