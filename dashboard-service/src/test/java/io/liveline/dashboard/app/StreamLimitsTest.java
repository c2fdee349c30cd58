package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.liveline.edge.DrainStarted;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams of a replica: their limits, heartbeats and retry lines, their end while draining. */
class StreamLimitsTest extends ReplicasFixture {

    @Test
    void tenThousandCountersAreOneView() {
        for (int batch = 0; batch < 100; batch++) {
            TreeMap<String, Long> hundred = new TreeMap<>();
            for (int i = 0; i < 100; i++) {
                hundred.put("many." + batch + "." + i, 1L + batch);
            }
            add(a, hundred, "k" + batch);
        }
        try (SseClient viewer = b.view("?names=many.*")) {
            eventually().until(() -> viewer.values().size() == 10_000);
            add(a, "many.7.7", 5, "more");
            eventually().until(() -> viewer.values().get("many.7.7") == 13);
            assertThat(viewer.events
                            .get(viewer.events.size() - 1)
                            .data()
                            .getJsonObject("counters")
                            .fieldNames())
                    .isEqualTo(Set.of("many.7.7"));
        }
    }

    @Test
    void streamsBeyondTheLimitAreRejectedUntilAnotherOneCloses() {
        TestReplica small = replica(Map.of("streams.max", "2"));
        try (SseClient first = small.view("");
                SseClient second = small.view("");
                SseClient third = small.view("")) {
            eventually().until(() -> !third.head.isEmpty() || third.hasEnded());
            eventually().until(() -> !first.events.isEmpty() && !second.events.isEmpty());
            assertThat(third.head.get(0)).as(third.head.toString()).contains(" 503 ");
            assertThat(third.head).anyMatch(line -> line.toLowerCase().startsWith("retry-after:"));
        }
        eventually().until(() -> small.replica.streams.size() == 0);
        try (SseClient again = small.view("")) {
            eventually().until(() -> !again.events.isEmpty());
        }
    }

    @Test
    void viewsBeyondTheLimitOfAnEventLoopAreRejectedAndKnownOnesAreNot() {
        TestReplica small = replica(Map.of("streams.max-views", "1"));
        int loops = 2 * Runtime.getRuntime().availableProcessors();
        List<SseClient> viewers = new ArrayList<>();
        for (int i = 0; i <= loops; i++) {
            viewers.add(small.view("?names=view" + i));
        }
        eventually().until(() -> viewers.stream().anyMatch(viewer -> small.metric("refused") > 0));
        eventually().until(() -> viewers.stream()
                .filter(viewer -> !viewer.head.isEmpty())
                .anyMatch(viewer -> viewer.head.get(0).contains(" 503 ")));
        assertThat(viewers).anyMatch(viewer -> !viewer.events.isEmpty());
        viewers.forEach(SseClient::close);
    }

    @Test
    void drainingEndsStreamsOneAfterTheOtherWithARetryLine() {
        List<SseClient> viewers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            viewers.add(a.view("?names=orders"));
        }
        eventually().until(() -> viewers.stream().allMatch(viewer -> viewer.events.size() == 1));
        a.replica.drain(new DrainStarted(Duration.ofSeconds(4)));
        eventually().until(() -> viewers.stream().allMatch(SseClient::hasEnded));
        LongSummaryStatistics ends =
                viewers.stream().mapToLong(SseClient::endedNanos).summaryStatistics();
        assertThat(ends.getMax() - ends.getMin())
                .as("spread over three seconds, not all at once")
                .isGreaterThan(300_000_000);
        for (SseClient viewer : viewers) {
            List<String> lines =
                    viewer.lines.stream().filter(line -> !line.isEmpty()).toList();
            assertThat(lines.get(lines.size() - 1)).as(lines.toString()).startsWith("retry: ");
        }
        eventually().until(() -> a.replica.streams.size() == 0);
        // New streams are served and ended, not rejected: an EventSource does not reconnect after a rejection.
        SseClient late = a.view("?names=orders");
        eventually().until(late::hasEnded);
        assertThat(late.events).hasSize(1);
    }

    @Test
    void aStreamOpenedWhileDrainingEndsToo() {
        a.replica.drain(new DrainStarted(Duration.ofSeconds(1)));
        SseClient late = a.view("?names=orders");
        eventually().until(late::hasEnded);
        assertThat(late.events).hasSize(1);
    }

    @Test
    void aSilentStreamGetsAComment() {
        TestReplica chatty = replica(Map.of("streams.heartbeat", "50ms"));
        try (SseClient viewer = chatty.view("?names=nothing")) {
            eventually().until(() -> viewer.lines.stream().filter(":"::equals).count() >= 2);
            assertThat(viewer.events).hasSize(1);
        }
    }

    @Test
    void theRetryLineIsPartOfTheFirstEvent() {
        TestReplica chatty = replica(Map.of("streams.heartbeat", "50ms"));
        try (SseClient viewer = chatty.view("?names=orders")) {
            eventually().until(() -> viewer.events.size() == 1);
            try (SseClient resumed = chatty.view("?names=orders", viewer.lastId())) {
                eventually()
                        .until(() -> resumed.lines.stream().filter(":"::equals).count() >= 2);
                add(chatty, "orders", 1, "retry-1");
                eventually().until(() -> viewer.events.size() == 2 && resumed.events.size() == 2);
                assertThat(resumed.lines.get(0)).as(resumed.lines.toString()).startsWith("retry: ");
                assertThat(viewer.blocksWithoutEvent()).isEmpty();
                assertThat(resumed.blocksWithoutEvent()).isEmpty();
            }
        }
    }

    @Test
    void oneEncodingServesAllStreamsAtAPosition() {
        TestReplica one = replica();
        List<SseClient> viewers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            viewers.add(one.view("?names=orders"));
        }
        eventually().until(() -> viewers.stream().allMatch(viewer -> viewer.events.size() == 1));
        double before = one.metric("encoded");
        add(a, "orders", 1, "k1");
        eventually()
                .until(() -> viewers.stream().allMatch(viewer -> viewer.values().containsKey("orders")));
        // At most one an event loop.
        assertThat(one.metric("encoded") - before)
                .isLessThanOrEqualTo(2 * Runtime.getRuntime().availableProcessors());
        viewers.forEach(SseClient::close);
    }
}
