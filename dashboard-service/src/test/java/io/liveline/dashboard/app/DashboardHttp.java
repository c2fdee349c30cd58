package io.liveline.dashboard.app;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Fixture of tests that call the service over HTTP. */
abstract class DashboardHttp {

    private static final AtomicLong TESTS = new AtomicLong();

    @TestHTTPResource
    URI base;

    Client client;
    // Prefix of counters, unique for each test: all tests share one application.
    String orders;

    @BeforeEach
    void prepare() {
        client = new Client(base.getPort());
        orders = getClass().getSimpleName() + TESTS.incrementAndGet() + ":";
    }

    SseClient open(String query) {
        return SseClient.open(base.getPort(), "/counters/stream" + query);
    }

    static void awaitEvents(SseClient viewer, int count) {
        await().pollInterval(Duration.ofMillis(10)).until(() -> viewer.events.size() >= count);
    }

    long value(String name) {
        JsonObject counter = Client.json(client.get("/counters?names=" + name))
                .getJsonObject("counters")
                .getJsonObject(name);
        return counter == null ? -1 : counter.getLong("value");
    }

    List<String> names(String list) {
        return Client.json(client.get("/counters?names=" + list)).getJsonObject("counters").fieldNames().stream()
                .sorted()
                .toList();
    }

    static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""))
                .isEqualTo("application/problem+json");
        assertThat(Client.json(answer).getString("code")).as(answer.body()).isEqualTo(code);
        assertThat(Client.json(answer).getInteger("status")).isEqualTo(status);
    }
}
