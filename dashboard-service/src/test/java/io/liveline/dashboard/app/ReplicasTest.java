package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.dashboard.board.CounterHistory;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterName;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.ProblemException;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestClock;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two replicas on a real Redis. */
class ReplicasTest {

    private final RedisServer redis = RedisServer.launch();
    private final List<TestReplica> served = new ArrayList<>();
    private TestReplica a;
    private TestReplica b;

    @BeforeEach
    void start() {
        a = replica();
        b = replica();
    }

    @AfterEach
    void stop() {
        served.forEach(TestReplica::close);
        redis.close();
    }

    @Test
    void aStreamOfOneReplicaGetsWritesThroughTheOther() {
        try (SseClient viewer = a.view("?names=orders")) {
            eventually().until(() -> viewer.events.size() == 1);
            add(b, "orders", 3, "k1");
            eventually().until(() -> viewer.values().equals(Map.of("orders", 3L)));
            assertThat(add(a, "orders", 3, "k1")).isEqualTo(List.of(counter(b, "orders")));
        }
    }

    @Test
    void aPositionOfOneReplicaIsResumedAtTheOther() {
        add(a, "orders", 1, "k1");
        long load = add(a, "load", 1, "k2").get(0).version().offset();
        String position;
        try (SseClient viewer = a.view("?names=orders,load")) {
            eventually()
                    .until(() -> viewer.values().size() == 2
                            && Cursor.parse(viewer.lastId()).offset() >= load);
            position = viewer.lastId();
        }
        add(b, "orders", 1, "k3");
        try (SseClient viewer = b.view("?names=orders,load", position)) {
            eventually().until(() -> viewer.events.size() == 1);
            assertThat(viewer.events.get(0).event()).isEqualTo("change");
            assertThat(viewer.values()).isEqualTo(Map.of("orders", 2L));
        }
    }

    @Test
    void retriesOfAThousandClientsCountOnceWhenRedisIsKilledMeanwhile() throws Exception {
        int clients = 1000;
        int each = 5;
        AtomicInteger done = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            count(i, 0, each, done, lost, all);
        }
        eventually().until(() -> done.get() > clients);
        redis.kill();
        redis.start();
        assertThat(all.await(2, TimeUnit.MINUTES)).as("done: " + done.get()).isTrue();
        assertThat(lost.get()).isEqualTo(0);
        // Every increment is repeated at the other replica, as after a lost answer.
        CountDownLatch again = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            count(i + 1, 0, each, done, lost, again);
        }
        assertThat(again.await(2, TimeUnit.MINUTES)).isTrue();
        Map<String, Long> sum = Map.of("orders", (long) clients * each);
        eventually().until(() -> sum.equals(a.values(CounterSelection.of("orders", 1))));
        eventually().until(() -> sum.equals(b.values(CounterSelection.of("orders", 1))));
    }

    @Test
    void streamsOfAKilledReplicaResumeAtTheOtherAndReachTheSameValues() {
        IntStream.range(0, 20).forEach(i -> add(a, "count" + i, 1, "k" + i));
        List<SseClient> viewers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            viewers.add(a.view("?names=count*"));
        }
        eventually()
                .until(() -> viewers.stream().allMatch(viewer -> viewer.values().size() == 20));
        a.close();
        served.remove(a);
        eventually().until(() -> viewers.stream().allMatch(SseClient::hasEnded));
        IntStream.range(0, 10).forEach(i -> add(b, "count" + i, 10 + i, "l" + i));
        Map<String, Long> truth = new TreeMap<>();
        IntStream.range(0, 20).forEach(i -> truth.put("count" + i, i < 10 ? 11L + i : 1L));
        List<SseClient> back = viewers.stream()
                .map(viewer -> b.view("?names=count*", viewer.lastId()))
                .toList();
        eventually().until(() -> IntStream.range(0, 200).allMatch(i -> {
            Map<String, Long> values = viewers.get(i).values();
            values.putAll(back.get(i).values());
            return values.equals(truth);
        }));
        for (SseClient viewer : back) {
            assertThat(viewer.events).allMatch(seen -> seen.event().equals("change"));
            viewer.close();
        }
    }

    @Test
    void aLossOfRedisDataCausesAResetAndValuesRestart() {
        add(a, "orders", 41, "k1");
        try (SseClient viewer = b.view("?names=orders")) {
            eventually().until(() -> viewer.values().equals(Map.of("orders", 41L)));
            redis.kill();
            redis.loseData();
            redis.start();
            eventually().until(() -> viewer.events.stream()
                    .anyMatch(seen -> seen.data().getBoolean("reset", false)));
            add(a, "orders", 1, "k1");
            eventually().until(() -> viewer.values().equals(Map.of("orders", 1L)));
            eventually().until(() -> Map.of("orders", 1L).equals(a.values(CounterSelection.of("orders", 1))));
        }
    }

    @Test
    void historySurvivesTheRestartOfEveryReplica() {
        add(a, "orders", 1, "k1");
        eventually()
                .until(() ->
                        points(b, "orders").contains(1L) && points(b, "orders").size() > 1);
        add(a, "orders", 1, "k2");
        eventually().until(() -> points(b, "orders").size() > 2);
        List<Long> before = points(b, "orders");
        List.copyOf(served).forEach(TestReplica::close);
        served.clear();
        TestReplica restarted = replica();
        eventually().until(() -> points(restarted, "orders").equals(before));
    }

    @Test
    void factsPublishedWhileNoDashboardIsSubscribedAreCountedLater() {
        served.forEach(TestReplica::close);
        served.clear();
        TestReplica chat = new TestReplica(redis.url(), Map.of("suite.every", "1h"));
        served.add(chat);
        for (int i = 1; i <= 450; i++) {
            String fact = "{\"rooms\":{\"room" + (i % 90) + "\":{\"cursor\":\"e-" + i + "\",\"messages\":" + i + "}}}";
            chat.bus.publish(ActivityEvent.TOPIC, Draft.of(fact)).await().atMost(Duration.ofSeconds(30));
        }
        TestReplica one = replica();
        TestReplica two = replica();
        long all = IntStream.rangeClosed(361, 450).sum();
        for (TestReplica replica : List.of(one, two)) {
            eventually().until(() -> Map.of("chat.messages", all)
                    .equals(replica.values(CounterSelection.of("chat.messages", 1))));
        }
    }

    @Test
    void aClientThatStopsReadingHasNoQueueAndGetsTheNewestValuesWhenItReadsAgain() {
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(a.port(), "/counters/stream");
                SseClient other = a.view("?names=" + stem + "*")) {
            int writes = 0;
            long patience = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (a.metric("skipped") < 20) {
                add(a, many, "k" + writes++);
                assertThat(System.nanoTime()).as("never slow").isLessThan(patience);
            }
            long last = writes;
            eventually().until(() -> other.values().values().stream().allMatch(value -> value == last));
            sleeper.read(true);
            eventually().until(() -> {
                Map<String, Long> seen = sleeper.values();
                seen.keySet().retainAll(many.keySet());
                return seen.size() == 100 && seen.values().stream().allMatch(value -> value == last);
            });
            assertThat(sleeper.events.size())
                    .as("skipped what it could not take")
                    .isLessThan(other.events.size());
            assertThat(sleeper.hasEnded()).isFalse();
        }
    }

    @Test
    void aClientThatReadsNothingForAMinuteHasNoQueueAndThenGetsTheNewestValues() {
        TestClock clock = new TestClock();
        TestReplica patient = new TestReplica(redis.url(), Map.of(), clock, clock::millis);
        served.add(patient);
        eventually().until(patient::isLoaded);
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(patient.port(), "/counters/stream?names=" + stem + "*")) {
            long writes = 0;
            while (patient.metric("skipped") < 1) {
                add(patient, many, "k" + writes++);
            }
            double written = patient.metric("events");
            double skipped = patient.metric("skipped");
            for (int second = 1; second <= 60; second++) {
                clock.pass(1000);
                double before = patient.metric("skipped");
                add(patient, many, "k" + writes++);
                eventually().until(() -> patient.metric("skipped") > before);
            }
            assertThat(patient.metric("skipped")).isGreaterThanOrEqualTo(skipped + 60);
            assertThat(patient.metric("events")).as("nothing is queued for it").isEqualTo(written);
            assertThat(patient.replica.streams().size()).isEqualTo(1);
            sleeper.read(true);
            long last = writes;
            eventually()
                    .until(() -> sleeper.values().size() == 100
                            && sleeper.values().values().stream().allMatch(value -> value == last));
            assertThat(sleeper.events)
                    .as("one event contains everything that it missed")
                    .hasSize((int) written + 1);
        }
    }

    @Test
    void aClientThatReadsNothingForTooLongIsDisconnected() {
        TestReplica strict = replica(Map.of("streams.close-stalled-after", "300ms"));
        TreeMap<String, Long> many = new TreeMap<>();
        String stem = "a-rather-long-name-of-a-counter-so-that-buffers-fill".repeat(2);
        IntStream.range(0, 100).forEach(i -> many.put(stem + i, 1L));
        try (SseClient sleeper = SseClient.paused(strict.port(), "/counters/stream")) {
            AtomicInteger writes = new AtomicInteger();
            eventually().until(() -> {
                add(strict, many, "k" + writes.incrementAndGet());
                return strict.metric("closed.stalled") == 1;
            });
            eventually().until(() -> strict.replica.streams().size() == 0);
        }
    }

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
                    .isEqualTo(java.util.Set.of("many.7.7"));
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
        eventually().until(() -> small.replica.streams().size() == 0);
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
        a.replica.drain(Duration.ofSeconds(4));
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
        eventually().until(() -> a.replica.streams().size() == 0);
        // New streams are served and ended, not rejected: an EventSource does not reconnect after a rejection.
        SseClient late = a.view("?names=orders");
        eventually().until(late::hasEnded);
        assertThat(late.events).hasSize(1);
    }

    @Test
    void aStreamOpenedWhileDrainingEndsToo() {
        a.replica.drain(Duration.ofSeconds(1));
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
            // This stream has no changes: comments follow the retry line.
            try (SseClient resumed = chatty.view("?names=orders", viewer.lastId())) {
                eventually()
                        .until(() -> resumed.lines.stream().filter(":"::equals).count() >= 2);
                add(chatty, "orders", 1, "retry-1");
                eventually().until(() -> viewer.events.size() == 2 && resumed.events.size() == 1);
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

    @Test
    void unpublishedChangesAreFoundByReconciliation() {
        TestReplica looking = replica(Map.of("reconcile-every", "200ms"));
        add(a, "orders", 1, "k1");
        eventually().until(() -> Map.of("orders", 1L).equals(looking.values(CounterSelection.of("orders", 1))));
        String head = redis.command("HINCRBY", "ll:{counters}:values", "orders", "4");
        assertThat(head).startsWith(":5");
        String epoch = looking.snapshot(CounterSelection.ALL).cursor().epoch();
        redis.command("HSET", "ll:{counters}:versions", "orders", epoch + "-999");
        eventually().until(() -> Map.of("orders", 5L).equals(looking.values(CounterSelection.of("orders", 1))));
        assertThat(looking.metric("reconciled")).isGreaterThanOrEqualTo(1);
    }

    // -- helpers

    private TestReplica replica() {
        return replica(Map.of());
    }

    private TestReplica replica(Map<String, String> changes) {
        TestReplica replica = new TestReplica(redis.url(), changes);
        served.add(replica);
        eventually().until(replica::isLoaded);
        return replica;
    }

    /** Runs one client, which repeats each increment at the other replica until it gets an answer. */
    private void count(int client, int n, int each, AtomicInteger done, AtomicInteger lost, CountDownLatch all) {
        if (n == each) {
            all.countDown();
            return;
        }
        attempt(client, client, n, lost, () -> {
            done.incrementAndGet();
            count(client, n + 1, each, done, lost, all);
        });
    }

    private void attempt(int replica, int client, int n, AtomicInteger lost, Runnable then) {
        TreeMap<String, Long> one = new TreeMap<>(Map.of("orders", 1L));
        int owner = Math.floorMod(client, 1000);
        CounterWrite write = new CounterWrite(CounterWrite.Kind.ADD, "c" + owner + "." + n, one);
        (replica % 2 == 0 ? a : b).replica.write(write).subscribe().with(answer -> then.run(), failure -> {
            if (failure instanceof BusUnavailableException || failure instanceof ProblemException) {
                attempt(replica + 1, client, n, lost, then);
            } else {
                lost.incrementAndGet();
                then.run();
            }
        });
    }

    private static List<Counter> add(TestReplica replica, String name, long by, String key) {
        return add(replica, new TreeMap<>(Map.of(name, by)), key);
    }

    private static List<Counter> add(TestReplica replica, TreeMap<String, Long> numbers, String key) {
        return replica.replica
                .write(new CounterWrite(CounterWrite.Kind.ADD, key, numbers))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private static Counter counter(TestReplica replica, String name) {
        return replica.snapshot(CounterSelection.of(name, 1)).counters().get(0);
    }

    /** Returns the values of a counter's history without the current one. */
    private static List<Long> points(TestReplica replica, String name) {
        try {
            List<Long> points = new ArrayList<>(
                    replica.replica.history(new CounterName(name), null).await().atMost(Duration.ofSeconds(30)).stream()
                            .map(CounterHistory.Point::value)
                            .toList());
            return points;
        } catch (ProblemException notYet) {
            return List.of();
        }
    }

    private static ConditionFactory eventually() {
        return await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(60));
    }
}
