package io.liveline.services.replicas;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisSentinel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of the services on a Redis behind Sentinel, before and after its master dies. */
class SentinelIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void everythingContinuesAtTheRedisReplicaWhenTheMasterDies() {
        try (RedisSentinel redis = RedisSentinel.launch()) {
            Map<String, String> settings = Map.of(
                    "quarkus.redis.client-type",
                    "sentinel",
                    "quarkus.redis.hosts",
                    redis.url(),
                    "quarkus.redis.master-name",
                    RedisSentinel.NAME,
                    "quarkus.redis.role",
                    "master");
            List<Service> all = Stream.of("chat-service", "chat-service", "dashboard-service", "presence-service")
                    .map(module -> Service.begin(module, settings))
                    .toList();
            try {
                all.forEach(Service::awaitListening);
                all.forEach(SentinelIT::awaitReady);
                failOver(redis, all.get(0), all.get(1), all.get(2), all.get(3));
            } finally {
                all.forEach(Service::close);
            }
        }
    }

    private static void failOver(
            RedisSentinel redis, Service here, Service there, Service dashboard, Service presence) {
        try (ChatClient bob = ChatClient.connect(there.at("/chat"), "bob")) {
            bob.join("lobby", null);
            assertThat(post(here, "before").statusCode()).isEqualTo(201);
            bob.awaitText("before");
            assertThat(add(dashboard, "first").body()).contains("\"value\":3");
            assertThat(redis.master().command("WAIT", "1", "5000")).startsWith(":1");

            redis.master().kill();

            repeatUntilDone(() -> post(here, "after"));
            repeatUntilDone(() -> add(dashboard, "second"));
            repeatUntilDone(() -> presence.send("PUT", "/rooms/lobby/presence?name=eve", null));
            bob.awaitText("after");
            assertThat(bob.texts()).containsExactly("before", "after");
            // The value and the idempotency keys survive: a repeated increment adds nothing.
            assertThat(add(dashboard, "first").body()).contains("\"value\":3");
            assertThat(add(dashboard, "second").body()).contains("\"value\":6");
            await().atMost(PATIENCE).until(() -> {
                String people = presence.get("/rooms/lobby/presence?name=eve").body();
                return people.contains("bob") && people.contains("eve");
            });
            Stream.of(here, there, dashboard, presence).forEach(SentinelIT::awaitReady);
        }
    }

    private static HttpResponse<String> post(Service chat, String text) {
        return chat.send(
                "POST", "/rooms/lobby/messages?name=ann", "{\"text\":\"" + text + "\"}", "Idempotency-Key", text);
    }

    private static HttpResponse<String> add(Service dashboard, String key) {
        return dashboard.send("POST", "/counters/orders/increments", "{\"by\":3}", "Idempotency-Key", key);
    }

    /** Repeats a request, as a client would, repeatUntilDone it succeeds. */
    private static void repeatUntilDone(Supplier<HttpResponse<String>> request) {
        await().atMost(PATIENCE).until(() -> request.get().statusCode() < 300);
    }

    private static void awaitReady(Service service) {
        await().atMost(PATIENCE).until(() -> service.get("/q/health/ready").statusCode() == 200);
    }
}
