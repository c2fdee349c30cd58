package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two replicas on a real Redis: what clients and counters keep when one of them or Redis fails. */
class ReplicasTest extends ReplicasFixture {

    @Test
    void aStreamOfOneReplicaGetsWritesThroughTheOther() {
        try (SseClient viewer = a.view("?names=orders")) {
            eventually().until(() -> viewer.events.size() == 1);
            add(b, "orders", 3, "k1");
            eventually().until(() -> viewer.values().equals(Map.of("orders", 3L)));
            Counter first = counter(b, "orders");
            assertThat(add(a, "orders", 3, "k1")).containsExactly(first);
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
}
