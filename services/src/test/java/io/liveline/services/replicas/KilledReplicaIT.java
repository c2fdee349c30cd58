package io.liveline.services.replicas;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.services.support.CounterViewer;
import io.liveline.services.support.Service;
import io.liveline.testing.Background;
import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of two packaged replicas of a service on a real Redis, of which one is killed, and Redis too. */
@Tag("long")
class KilledReplicaIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 1000;

    private final RedisServer redis = RedisServer.launch();
    private Service a;
    private Service b;

    private void start(String module, Map<String, String> settings) {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put("quarkus.redis.hosts", redis.url());
        a = Service.begin(module, all);
        b = Service.begin(module, all);
        for (Service service : List.of(a, b)) {
            service.awaitListening();
            await().atMost(PATIENCE).until(() -> service.get("/q/health/ready").statusCode() == 200);
        }
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    // -- counters

    @Test
    void aThousandRetryingClientsAreCountedExactlyWhenAReplicaAndRedisAreKilled() throws Exception {
        start("dashboard-service", Map.of());
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(CLIENTS);
        IntStream.range(0, CLIENTS).forEach(client -> increment(client, 0, answered, all));
        await().atMost(PATIENCE).until(() -> answered.get() > CLIENTS / 2);
        a.process().kill();
        await().atMost(PATIENCE).until(() -> answered.get() > CLIENTS);
        redis.kill();
        redis.start();
        assertThat(all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%d answers", answered.get())
                .isTrue();

        // Repeats the last request of each client, as if its answer had been lost.
        CountDownLatch again = new CountDownLatch(CLIENTS);
        IntStream.range(0, CLIENTS).forEach(client -> increment(client, 1, answered, again));
        assertThat(again.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        new JsonObject(b.get("/counters?names=orders").body())
                                .getJsonObject("counters")
                                .getJsonObject("orders")
                                .getLong("value"))
                .isEqualTo(2L * CLIENTS));
    }

    /** Sends two increments for a client. Each is repeated at the other replica until it is answered. */
    private void increment(int client, int from, AtomicInteger answered, CountDownLatch done) {
        attempt(client % 2 == 0 ? a : b, client, from)
                .thenRun(answered::incrementAndGet)
                .thenRun(() -> {
                    if (from == 1) {
                        done.countDown();
                    } else {
                        increment(client, 1, answered, done);
                    }
                });
    }

    private CompletableFuture<Void> attempt(Service service, int client, int n) {
        HttpRequest request = HttpRequest.newBuilder(service.at("/counters/orders/increments"))
                .timeout(Duration.ofSeconds(10))
                .header("Idempotency-Key", "c" + client + "." + n)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"by\":1}"))
                .build();
        return Service.HTTP
                .sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .handle((answer, failure) -> failure == null && answer.statusCode() == 200)
                .thenCompose(counted -> counted
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.supplyAsync(
                                        () -> service == a ? b : a,
                                        CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS))
                                .thenCompose(other -> attempt(other, client, n)));
    }

    @Test
    void twoHundredStreamsOfAKilledReplicaResumeAtTheOtherAndEndAtTheSameValues() {
        start("dashboard-service", Map.of());
        IntStream.range(0, 20).forEach(i -> add(a, "count" + i, 1, "first"));
        List<CounterViewer> viewers = IntStream.range(0, 200)
                .mapToObj(i -> CounterViewer.open("/counters/stream?names=count*", a, b))
                .toList();
        await().atMost(PATIENCE)
                .until(() -> viewers.stream().allMatch(viewer -> viewer.values().size() == 20));
        Map<String, Long> truth = new TreeMap<>();
        IntStream.range(0, 20).forEach(i -> truth.put("count" + i, i < 10 ? 1L + 30 * i : 1L));

        for (int round = 0; round < 30; round++) {
            if (round == 10) {
                a.process().kill();
            }
            for (int i = 1; i < 10; i++) {
                add(b, "count" + i, i, "round" + round);
            }
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(viewers)
                .allSatisfy(viewer -> assertThat(viewer.values()).isEqualTo(truth)));
        for (CounterViewer viewer : viewers) {
            viewer.close();
            assertThat(viewer.broken()).isEqualTo(1);
            assertThat(viewer.events().subList(1, viewer.events().size())).containsOnly("change");
        }
    }

    private static void add(Service service, String counter, long by, String key) {
        assertThat(service.send(
                                "POST",
                                "/counters/" + counter + "/increments",
                                "{\"by\":" + by + "}",
                                "Idempotency-Key",
                                counter + key)
                        .statusCode())
                .isEqualTo(200);
    }

    // -- presence

    @Test
    void usersOfAKilledReplicaExpireUnlessTheyReconnectAndThoseStayOnline() throws Exception {
        // Longer than a round of heartbeats takes on a slow machine, so that no lease expires during one.
        start("presence-service", Map.of("liveline.presence.life", "12s"));
        heartbeats(a, 0, 500);
        await().atMost(PATIENCE)
                .until(() -> online(b.get("/rooms/lobby/presence")).size() == 500);
        heartbeats(b, 0, 250);
        Set<String> reconnected = users(0, 250);
        Set<String> goneForAWhile = new TreeSet<>();
        AtomicReference<Set<String>> last = new AtomicReference<>(users(0, 500));
        Watcher watcher = new Watcher(b, seen -> {
            last.set(seen);
            Set<String> missing = new TreeSet<>(reconnected);
            missing.removeAll(seen);
            goneForAWhile.addAll(missing);
        });

        a.process().kill();
        await().atMost(PATIENCE).until(() -> {
            heartbeats(b, 0, 250);
            return last.get().size() <= 250;
        });

        assertThat(last.get()).isEqualTo(reconnected);
        assertThat(goneForAWhile).isEmpty();
        watcher.stop();
    }

    @Test
    void usersStayOnlineWhenRedisIsKilledAndRestartsWithItsData() throws Exception {
        start("presence-service", Map.of("liveline.presence.life", "5s", "liveline.presence.heartbeat", "1s"));
        heartbeats(a, 0, 20);
        await().atMost(PATIENCE)
                .until(() -> online(b.get("/rooms/lobby/presence")).size() == 20);
        Set<Set<String>> rosters = java.util.concurrent.ConcurrentHashMap.newKeySet();
        Watcher watcher = new Watcher(b, rosters::add);

        redis.kill();
        await().atMost(PATIENCE).until(() -> {
            HttpResponse<String> answer = b.get("/rooms/lobby/presence");
            boolean degraded = new JsonObject(answer.body()).getBoolean("degraded", false);
            return answer.statusCode() == 200 && degraded && online(answer).size() == 20;
        });
        // Twice the lease of a user without a heartbeat.
        long downSince = System.nanoTime();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - downSince > 10_000_000_000L);
        redis.start();
        await().atMost(PATIENCE)
                .until(() -> !new JsonObject(b.get("/rooms/lobby/presence").body()).getBoolean("degraded", false));
        await().atMost(PATIENCE).until(() -> isHeartbeatAccepted(b, 0));
        heartbeats(b, 0, 20);

        assertThat(online(b.get("/rooms/lobby/presence"))).isEqualTo(users(0, 20));
        assertThat(rosters).isSubsetOf(Set.of(users(0, 20)));
        watcher.stop();
    }

    /** Client that long-polls the roster, and passes on each state. */
    private static final class Watcher {

        private final CompletableFuture<Void> ended;
        private volatile boolean stopped;

        Watcher(Service service, java.util.function.Consumer<Set<String>> seen) {
            ended = Background.run(() -> {
                String tag = "\"none\"";
                while (!stopped) {
                    HttpResponse<String> answer =
                            service.get("/rooms/lobby/presence", "If-None-Match", tag, "Prefer", "wait=1");
                    if (answer.statusCode() == 200) {
                        seen.accept(online(answer));
                        tag = answer.headers().firstValue("ETag").orElseThrow();
                    } else {
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(304);
                    }
                }
            });
        }

        void stop() {
            stopped = true;
            ended.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    private static void heartbeats(Service service, int from, int to) {
        List<CompletableFuture<HttpResponse<Void>>> all =
                IntStream.range(from, to).mapToObj(i -> heartbeat(service, i)).toList();
        all.forEach(one -> assertThat(one.join().statusCode()).isEqualTo(204));
    }

    private static boolean isHeartbeatAccepted(Service service, int person) {
        return heartbeat(service, person).join().statusCode() == 204;
    }

    private static CompletableFuture<HttpResponse<Void>> heartbeat(Service service, int person) {
        HttpRequest request = HttpRequest.newBuilder(service.at("/rooms/lobby/presence?name=p" + person))
                .timeout(PATIENCE)
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        return Service.HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }

    private static Set<String> users(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "p" + i).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> online(HttpResponse<String> answer) {
        return new JsonObject(answer.body())
                .getJsonArray("online").stream()
                        .map(person -> ((JsonObject) person).getString("user"))
                        .collect(Collectors.toCollection(TreeSet::new));
    }
}
