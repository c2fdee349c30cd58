package io.liveline.presence.app;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Inject;

import io.liveline.bus.EventBus;
import io.quarkus.test.common.http.TestHTTPResource;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Room of its own for each test, and clients over HTTP. */
abstract class PresenceHttpFixture {

    private static final AtomicLong ROOMS = new AtomicLong();

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    Client client;
    String name;
    String room;

    @BeforeEach
    void fresh() {
        client = new Client(base.getPort());
        name = "room" + ROOMS.incrementAndGet();
        room = "/rooms/" + name;
    }

    static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).isEqualTo("application/problem+json");
        assertThat(Client.json(answer).getString("code")).isEqualTo(code);
    }
}
