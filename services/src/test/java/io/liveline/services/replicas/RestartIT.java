package io.liveline.services.replicas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
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

/** Test that replaces both replicas, one after the other, under thousands of clients and continuous posts. */
@Tag("long")
class RestartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CLIENTS = 2000;
    private static final int ROOMS = 40;
    /** Minimum number of messages that each room gets. */
    private static final int ROUNDS = 4;

    private static final Duration DRAIN = Duration.ofSeconds(8);
    /** Termination grace period of the manifests: the drain, and 20 s. */
    private static final Duration GRACE = DRAIN.plusSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = RoomReader.client(vertx);
    /** Replicas to which a proxy would forward. */
    private final List<Service> ready = new CopyOnWriteArrayList<>();
    /** Delays of the reconnect frames of the terminating replica, in milliseconds. */
    private final Queue<Long> slots = new ConcurrentLinkedQueue<>();

    /** Clients that were asked to reconnect and are still connected, with their slots. */
    private final Map<RoomReader, Long> turns = new ConcurrentHashMap<>();
    /** Number of connections that were closed before their slot, or without one. */
    private final AtomicInteger closedEarly = new AtomicInteger();

    private volatile long drainStart;
    private volatile boolean over;

    @Test
    void twoThousandClientsOfEachReplicaMissNothingAndReconnectSpreadOverTheDrain() throws InterruptedException {
        try (RedisServer redis = RedisServer.launch();
                Service one = begin(redis);
                Service other = begin(redis);
                Service first = begin(redis);
                Service second = begin(redis)) {
            List.of(one, other, first, second).forEach(RestartIT::awaitReady);
            List<RoomReader> readers = new ArrayList<>(joinAll(one));
            readers.addAll(joinAll(other));
            ready.add(other);
            Poster poster = new Poster();
            poster.start();

            replace(one, first);
            replace(other, second);

            over = true;
            poster.join();
            await().atMost(PATIENCE).until(() -> readers.stream().allMatch(reader -> reader.position() == poster.sent));
            assertThat(readers)
                    .allMatch(reader -> reader.wrongMessages() == 0 && reader.gaps() == 0)
                    // A client that moved to the replica that is replaced next joins a third time.
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

    private List<RoomReader> joinAll(Service service) {
        List<Future<RoomReader>> connecting = IntStream.range(0, CLIENTS)
                .mapToObj(i -> RoomReader.connect(client, service.port(), service.port() + "-" + i, "room" + i % ROOMS))
                .toList();
        Future.all(connecting).toCompletionStage().toCompletableFuture().join();
        List<RoomReader> readers = connecting.stream().map(Future::result).toList();
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(RoomReader::isIn));
        readers.forEach(reader -> {
            reader.onReconnect(slot -> {
                slots.add(slot);
                turns.put(reader, slot);
            });
            reader.onClose(() -> closed(reader));
        });
        return readers;
    }

    private void closed(RoomReader reader) {
        Long slot = turns.remove(reader);
        // The replica counts from a later moment, so that this holds however slow the machine is.
        if (slot == null || System.nanoTime() - drainStart < slot * 1_000_000) {
            closedEarly.incrementAndGet();
        }
        reconnect(reader);
    }

    private void reconnect(RoomReader reader) {
        Service where = ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
        reader.reconnect(client, where.port())
                .onSuccess(back -> reader.onClose(() -> closed(reader)))
                .onFailure(refused -> vertx.setTimer(500, later -> reconnect(reader)));
    }

    /** Replaces a replica. As Kubernetes, it sends no new connection to a replica that terminates. */
    private void replace(Service old, Service fresh) {
        ready.add(fresh);
        ready.remove(old);
        slots.clear();
        drainStart = System.nanoTime();
        old.process().terminate();
        await("ended within its grace period").atMost(GRACE).until(() -> !old.process()
                .isAlive());
        assertThat(slots).hasSizeGreaterThanOrEqualTo(CLIENTS);
        Map<Long, Long> perSecond =
                slots.stream().collect(Collectors.groupingBy(millis -> millis / 1000, Collectors.counting()));
        // The slots fill three quarters of the drain, evenly.
        long share = slots.size() / (DRAIN.toSeconds() * 3 / 4);
        assertThat(perSecond.values()).allMatch(count -> count <= 2 * share);
        assertThat(closedEarly).hasValue(0);
    }

    /** Thread that posts the same message in all rooms, and repeats each post until it is acknowledged. */
    private final class Poster extends Thread {

        private volatile int sent;

        @Override
        public void run() {
            // On a slow machine a round takes longer than a drain.
            while (!over || sent < ROUNDS) {
                sent++;
                IntStream.range(0, ROOMS).forEach(room -> post("room" + room));
            }
        }

        private void post(String room) {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .until(() -> ready.get(0)
                                    .send(
                                            "POST",
                                            "/rooms/" + room + "/messages?name=host",
                                            "{\"text\":\"" + sent + "\"}",
                                            "Idempotency-Key",
                                            "said-" + sent)
                                    .statusCode()
                            == 201);
        }
    }
}
