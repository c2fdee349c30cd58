package io.liveline.edge.longlived;

import java.net.URI;
import java.util.Map;

import jakarta.inject.Inject;

import io.liveline.edge.Raw;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@QuarkusTest
@TestProfile(LongLivedResponseTest.Settings.class)
class LongLivedResponseTest {

    /** Short timeouts. */
    public static final class Settings implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "liveline.auth", "guest",
                    "liveline.edge.head-timeout", "1s",
                    "quarkus.http.idle-timeout", "2S",
                    "quarkus.http.cors.origins", "https://friend.test",
                    "liveline.edge.frame-ancestors", "'self',https://friend.test");
        }
    }

    @TestHTTPResource
    URI base;

    @Inject
    MeterRegistry registry;

    @Test
    void headersThatWereSetBeforeAreKept() {
        try (Raw client = client()) {
            Raw.Answer answer =
                    client.head(held(1), "Origin: https://friend.test").answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head()).contains("access-control-allow-origin: https://friend.test");
            assertThat(answer.head()).contains("x-content-type-options: nosniff");
            assertThat(answer.head()).contains("frame-ancestors 'self' https://friend.test\r\n");
        }
    }

    @Test
    void theNextRequestAfterTheResponseIsServed() {
        try (Raw client = client()) {
            assertThat(client.head(held(1)).status()).isEqualTo(200);
            assertThat(client.head(held(1)).status()).isEqualTo(200);
        }
    }

    @Test
    void aSilentStreamDoesNotTimeOut() {
        try (Raw client = client()) {
            client.head("GET /plain/stream?name=ann&millis=4000 HTTP/1.1");
            client.readUntil("begun");
            client.readUntil("ended");
        }
    }

    @Test
    void aHeadAfterTheResponseTimesOut() {
        try (Raw client = client()) {
            assertThat(client.head(held(1)).status()).isEqualTo(200);
            double before = slowHeads();
            client.send("GET /who HTTP/1.1\r\nHost: test\r\n");
            Awaitility.await().until(() -> slowHeads() > before);
            client.awaitClosed();
        }
    }

    private double slowHeads() {
        return registry.get("liveline.edge.slow.closed")
                .tag("of", "head")
                .counter()
                .count();
    }

    private static String held(int millis) {
        return "GET /plain/held?name=ann&millis=" + millis + " HTTP/1.1";
    }

    /** Opens a connection after an accepted request, because connections are watched from the first one on. */
    private Raw client() {
        try (Raw first = new Raw(base.getPort())) {
            assertThat(first.head("GET /who?name=ann HTTP/1.1").status()).isEqualTo(200);
        }
        return new Raw(base.getPort());
    }
}
