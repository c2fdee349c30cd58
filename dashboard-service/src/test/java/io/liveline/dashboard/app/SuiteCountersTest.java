package io.liveline.dashboard.app;

import java.net.URI;
import java.time.Duration;
import java.util.UUID;

import jakarta.inject.Inject;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.edge.contract.ActivityEvent;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Counters that the suite maintains itself, and metrics. */
@QuarkusTest
class SuiteCountersTest extends DashboardHttp {

    @TestHTTPResource(management = true)
    URI management;

    @Inject
    EventBus bus;

    @Test
    void factsOfChatAreCountedOnceHoweverOftenTheyArePublished() {
        String room = "room" + UUID.randomUUID();
        try (SseClient viewer = open("?names=chat.messages." + room)) {
            awaitEvents(viewer, 1);
            String fact = "{\"rooms\":{\"" + room + "\":{\"cursor\":\"k3f9-%d\",\"messages\":%d}}}";
            publish(String.format(fact, 5, 5));
            await().until(() -> viewer.values().getOrDefault("chat.messages." + room, 0L) == 5);
            publish("nonsense");
            publish("{\"rooms\":{\"" + room + "\":{\"cursor\":\"garbage\",\"messages\":-1}}}");
            publish(String.format(fact, 5, 5));
            publish(String.format(fact, 7, 7));
            publish(String.format(fact, 6, 6));
            await().until(() -> viewer.values().getOrDefault("chat.messages." + room, 0L) == 7);
        }
        assertThat(value("chat.messages")).isGreaterThanOrEqualTo(7);
        assertThat(value("chat.rooms_active")).isGreaterThanOrEqualTo(1);
        assertThat(value("chat.messages_per_minute")).isGreaterThanOrEqualTo(7);
    }

    @Test
    void peopleAndConnectionsAreCounted() {
        publish("{\"presence\":{\"lobby\":{\"online\":3,\"typing\":1,\"cursor\":\"abc-4\"}}}");
        publish("{\"replica\":\"chat-1\",\"connections\":{\"websocket\":12}}");
        publish("{\"replica\":\"presence-1\",\"connections\":{\"longpoll\":7}}");
        await().until(() -> value("presence.online") == 3 && value("presence.typing") == 1);
        await().until(() -> value("connections.websocket") == 12 && value("connections.longpoll") == 7);
    }

    @Test
    void openStreamsAreCounted() {
        try (SseClient viewer = open("?names=connections.sse")) {
            await().until(() -> viewer.values().getOrDefault("connections.sse", 0L) >= 1);
        }
    }

    @Test
    void metricsHaveTheirNames() {
        client.add(orders, 1);
        String metrics = new Client(management.getPort()).get("/q/metrics").body();
        assertThat(metrics).as("streams").contains("liveline_dashboard_streams");
        assertThat(metrics).as("writes").contains("liveline_dashboard_writes_total");
    }

    private void publish(String fact) {
        bus.publish(ActivityEvent.TOPIC, Draft.of(fact)).await().atMost(Duration.ofSeconds(30));
    }
}
