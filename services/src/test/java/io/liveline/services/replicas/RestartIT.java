package io.liveline.services.replicas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.services.support.RoomReader;
import io.liveline.services.support.Service;
import io.liveline.testing.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Both replicas are replaced, one after the other, with thousands of clients on them and while they talk. */
@Tag("long")
class RestartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CLIENTS = 2000;
    private static final int ROOMS = 40;
    private static final Duration DRAIN = Duration.ofSeconds(8);
    /** What the manifests give beyond the drain. */
    private static final Duration GRACE = DRAIN.plusSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = RoomReader.client(vertx);
    /** Where a proxy would lead. */
    private final List<Service> ready = new CopyOnWriteArrayList<>();
    // When each came back, by System.nanoTime().
    private final Queue<Long> returns = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @Test
    void twoThousandOnEachMissNothingAndComeBackOneAfterTheOther() throws InterruptedException {
        try (RedisServer redis = RedisServer.launch();
                Service one = begin(redis);
                Service other = begin(redis);
                Service first = begin(redis);
                Service second = begin(redis)) {
            List.of(one, other, first, second).forEach(RestartIT::awaitReady);
            List<RoomReader> readers = new ArrayList<>(comeIn(one));
            readers.addAll(comeIn(other));
            ready.add(other);
            Talk talk = new Talk();
            talk.start();

            replace(one, first);
            replace(other, second);

            over = true;
            talk.join();
            await().atMost(PATIENCE).until(() -> readers.stream().allMatch(reader -> reader.position() == talk.said));
            assertThat(talk.said).isGreaterThan(3);
            assertThat(readers)
                    .allMatch(reader -> reader.wrongMessages() == 0 && reader.gaps() == 0)
                    // Who went to the one that is replaced next comes a third time.
                    .allMatch(reader -> reader.joins() == 2 || reader.joins() == 3);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Service begin(RedisServer redis) {
        return Service.begin(
                "chat-service",
                Map.of("quarkus.redis.hosts", redis.url(), "liveline.edge.drain", DRAIN.toSeconds() + "s"));
    }

    private static void awaitReady(Service service) {
        service.awaitListening();
        await().atMost(PATIENCE).until(() -> service.get("/q/health/ready").statusCode() == 200);
    }

    private List<RoomReader> comeIn(Service service) {
        List<Future<RoomReader>> coming = IntStream.range(0, CLIENTS)
                .mapToObj(i -> RoomReader.connect(client, service.port(), service.port() + "-" + i, "room" + i % ROOMS))
                .toList();
        Future.all(coming).toCompletionStage().toCompletableFuture().join();
        List<RoomReader> readers = coming.stream().map(Future::result).toList();
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(RoomReader::isIn));
        readers.forEach(reader -> reader.onClose(() -> reconnect(reader)));
        return readers;
    }

    private void reconnect(RoomReader reader) {
        returns.add(System.nanoTime());
        Service where = ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
        reader.reconnect(client, where.port())
                .onSuccess(back -> reader.onClose(() -> reconnect(reader)))
                .onFailure(refused -> vertx.setTimer(500, later -> reconnect(reader)));
    }

    /** Kubernetes leads nobody to a replica that it asks to end. */
    private void replace(Service old, Service fresh) {
        ready.add(fresh);
        ready.remove(old);
        returns.clear();
        long begin = System.nanoTime();
        old.process().terminate();
        await("gone within its grace").atMost(GRACE).until(() -> !old.process().isAlive());
        await().atMost(PATIENCE).until(() -> returns.size() >= CLIENTS);
        Map<Long, Long> aSecond = returns.stream()
                .collect(Collectors.groupingBy(at -> (at - begin) / 1_000_000_000, Collectors.counting()));
        // They have three quarters of the drain. Twice their share of a second may be by chance and by the machine.
        assertThat(aSecond.values()).allMatch(count -> count <= 2 * CLIENTS / (DRAIN.toSeconds() * 3 / 4));
    }

    /** Says the same in all rooms, again and again, each time until it is acknowledged. */
    private final class Talk extends Thread {

        private volatile int said;

        @Override
        public void run() {
            while (!over) {
                said++;
                IntStream.range(0, ROOMS).forEach(room -> say("room" + room));
            }
        }

        private void say(String room) {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .until(() -> ready.get(0)
                                    .send(
                                            "POST",
                                            "/rooms/" + room + "/messages?name=host",
                                            "{\"text\":\"" + said + "\"}",
                                            "Idempotency-Key",
                                            "said-" + said)
                                    .statusCode()
                            == 201);
        }
    }
}
