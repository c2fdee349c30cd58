package io.liveline.dashboard.app;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** SSE streams of counters over HTTP. */
@QuarkusTest
class CounterStreamHttpTest extends DashboardHttp {

    @Test
    void aStreamStartsWithASnapshotAndContinuesWithChanges() {
        client.add(orders + "a", 1);
        client.add(orders + "b", 2);
        try (SseClient viewer = open("?names=" + orders + "*")) {
            awaitEvents(viewer, 1);
            SseClient.ReceivedEvent first = viewer.events.get(0);
            assertThat(first.event()).isEqualTo("snapshot");
            assertThat(first.data().getString("cursor")).isEqualTo(first.id());
            assertThat(first.data().getBoolean("reset")).isFalse();
            assertThat(viewer.values()).isEqualTo(Map.of(orders + "a", 1L, orders + "b", 2L));
            client.add(orders + "b", 5);
            awaitEvents(viewer, 2);
            SseClient.ReceivedEvent second = viewer.events.get(1);
            assertThat(second.event()).isEqualTo("change");
            assertThat(second.data().getString("cursor")).isEqualTo(second.id());
            assertThat(second.data().getJsonObject("counters").fieldNames()).isEqualTo(Set.of(orders + "b"));
            assertThat(viewer.values().get(orders + "b")).isEqualTo(7);
        }
    }

    @Test
    void theHeadersForbidCachingAndBuffering() {
        try (SseClient viewer = open("?names=" + orders);
                SseClient other = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            awaitEvents(other, 1);
            String head = String.join("\n", viewer.head).toLowerCase();
            assertThat(head).startsWith("http/1.1 200");
            assertThat(head).contains("content-type: text/event-stream");
            assertThat(head).contains("cache-control: no-store");
            assertThat(head).contains("x-accel-buffering: no");
            assertThat(viewer.lines.get(0)).matches("retry: [12][0-9]{3}");
        }
    }

    @Test
    void retriesAreSpread() {
        Set<String> retries = new HashSet<>();
        await().until(() -> {
            try (SseClient viewer = open("?names=" + orders)) {
                awaitEvents(viewer, 1);
                retries.add(viewer.lines.get(0));
            }
            return retries.size() > 3;
        });
    }

    @Test
    void aStreamResumesAtAPositionWithLaterChangesOnly() {
        client.add(orders + "a", 1);
        client.add(orders + "b", 2);
        String position;
        try (SseClient viewer = open("?names=" + orders + "*")) {
            awaitEvents(viewer, 1);
            position = viewer.lastId();
        }
        client.add(orders + "b", 1);
        client.add(orders + "b", 1);
        for (String query : List.of("?names=" + orders + "*", "?names=" + orders + "*&after=" + position)) {
            try (SseClient back = SseClient.open(
                    base.getPort(), "/counters/stream" + query, query.contains("after") ? null : position)) {
                awaitEvents(back, 1);
                assertThat(back.events.get(0).event()).isEqualTo("change");
                assertThat(back.values()).isEqualTo(Map.of(orders + "b", 4L));
            }
        }
    }

    @Test
    void aStreamThatResumesWhereNothingChangedGetsAnEmptyChangeAtOnce() {
        client.add(orders, 1);
        String position;
        try (SseClient viewer = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            position = viewer.lastId();
        }
        client.add(orders + "other", 1);
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, position)) {
            awaitEvents(back, 1);
            SseClient.ReceivedEvent first = back.events.get(0);
            assertThat(first.event()).isEqualTo("change");
            assertThat(first.data().getJsonObject("counters")).isEmpty();
            assertThat(first.data().getString("cursor")).isEqualTo(first.id());
            client.add(orders, 1);
            awaitEvents(back, 2);
            assertThat(back.events.get(1).data().getJsonObject("counters").fieldNames())
                    .containsExactly(orders);
        }
    }

    @Test
    void aPositionOfAnotherEpochCausesAReset() {
        client.add(orders, 1);
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, "0therl1fe-7")) {
            awaitEvents(back, 1);
            assertThat(back.events.get(0).event()).isEqualTo("snapshot");
            assertThat(back.events.get(0).data().getBoolean("reset")).isTrue();
            assertThat(back.values()).isEqualTo(Map.of(orders, 1L));
        }
    }

    @Test
    void aPositionThatIsNeverReachedEndsInAReset() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, ahead)) {
            awaitEvents(back, 1);
            assertThat(back.events.get(0).data().getBoolean("reset")).isTrue();
            assertThat(back.values()).isEqualTo(Map.of(orders, 1L));
        }
    }

    @Test
    void manyChangesAreConflatedIntoFewEventsWithTheNewestValue() {
        try (SseClient viewer = open("?names=" + orders);
                SseClient slow = open("?rate=1&names=" + orders)) {
            awaitEvents(viewer, 1);
            awaitEvents(slow, 1);
            long start = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                client.add(orders, 1);
            }
            await().until(() -> viewer.values().getOrDefault(orders, 0L) == 300);
            await().until(() -> slow.values().getOrDefault(orders, 0L) == 300);
            long millis = (System.nanoTime() - start) / 1_000_000;
            // One event per interval, however slow the machine is, besides the snapshot and the intervals at both ends.
            assertThat(viewer.events).hasSizeLessThanOrEqualTo((int) (millis / 100) + 3);
            assertThat(slow.events).hasSizeLessThanOrEqualTo((int) (millis / 1000) + 3);
        }
    }

    @Test
    void aStreamContainsNoChangesOfOtherCounters() {
        try (SseClient viewer = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            client.add(orders + "other", 1);
            client.add(orders, 1);
            awaitEvents(viewer, 2);
            assertThat(viewer.values()).isEqualTo(Map.of(orders, 1L));
        }
    }

    @Test
    void aStreamIsServedOverHttp2() throws Exception {
        client.add(orders, 1);
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpResponse<Stream<String>> stream = http2.send(
                HttpRequest.newBuilder(base.resolve("/counters/stream?names=" + orders))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
        assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
        try (Stream<String> lines = stream.body()) {
            client.add(orders, 1);
            // The stream does not end, so it is not collected.
            assertThat(lines.anyMatch(line -> line.startsWith("data: ") && line.contains("\"value\":2,")))
                    .isTrue();
        }
    }
}
