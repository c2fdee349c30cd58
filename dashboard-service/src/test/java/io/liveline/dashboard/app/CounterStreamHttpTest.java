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
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
            assertEquals("snapshot", first.event());
            assertEquals(first.id(), first.data().getString("cursor"));
            assertFalse(first.data().getBoolean("reset"));
            assertEquals(Map.of(orders + "a", 1L, orders + "b", 2L), viewer.values());
            client.add(orders + "b", 5);
            awaitEvents(viewer, 2);
            SseClient.ReceivedEvent second = viewer.events.get(1);
            assertEquals("change", second.event());
            assertEquals(second.id(), second.data().getString("cursor"));
            assertEquals(
                    Set.of(orders + "b"),
                    second.data().getJsonObject("counters").fieldNames());
            assertEquals(7, viewer.values().get(orders + "b"));
        }
    }

    @Test
    void theHeadersForbidCachingAndBuffering() {
        try (SseClient viewer = open("?names=" + orders);
                SseClient other = open("?names=" + orders)) {
            awaitEvents(viewer, 1);
            awaitEvents(other, 1);
            String head = String.join("\n", viewer.head).toLowerCase();
            assertTrue(head.startsWith("http/1.1 200"), head);
            assertTrue(head.contains("content-type: text/event-stream"), head);
            assertTrue(head.contains("cache-control: no-store"), head);
            assertTrue(head.contains("x-accel-buffering: no"), head);
            assertTrue(viewer.lines.get(0).matches("retry: [12][0-9]{3}"), viewer.lines.get(0));
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
                assertEquals("change", back.events.get(0).event());
                assertEquals(Map.of(orders + "b", 4L), back.values());
            }
        }
    }

    @Test
    void aPositionOfAnotherEpochCausesAReset() {
        client.add(orders, 1);
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, "0therl1fe-7")) {
            awaitEvents(back, 1);
            assertEquals("snapshot", back.events.get(0).event());
            assertTrue(back.events.get(0).data().getBoolean("reset"));
            assertEquals(Map.of(orders, 1L), back.values());
        }
    }

    @Test
    void aPositionThatIsNeverReachedEndsInAReset() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
        try (SseClient back = SseClient.open(base.getPort(), "/counters/stream?names=" + orders, ahead)) {
            awaitEvents(back, 1);
            assertTrue(back.events.get(0).data().getBoolean("reset"));
            assertEquals(Map.of(orders, 1L), back.values());
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
            assertEquals(Map.of(orders, 1L), viewer.values());
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
        assertEquals(HttpClient.Version.HTTP_2, stream.version());
        try (Stream<String> lines = stream.body()) {
            client.add(orders, 1);
            assertTrue(lines.anyMatch(line -> line.startsWith("data: ") && line.contains("\"value\":2,")));
        }
    }
}
