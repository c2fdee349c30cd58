package io.liveline.services.replicas;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import io.liveline.services.fuzz.SlowlorisClients;
import io.liveline.services.fuzz.WellBehavedClient;
import io.liveline.services.support.Footprint;
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

/** Test with thousands of clients at once: slow attackers, and clients that lost their replica. */
@Tag("long")
class StormIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration RECOVERY = Duration.ofSeconds(15);
    private static final int SLOW = 2000;
    private static final int CLIENTS = 5000;
    private static final int ROOMS = 50;

    // -- slow-loris

    @Test
    void twoThousandSlowlorisConnectionsDoNotBlockOtherClients() {
        // A client without pauses sends more requests than the limit of one user. The short idle timeout closes its
        // connections before the footprint is measured.
        Map<String, String> settings =
                Map.of("liveline.edge.rate.person.burst", "1000000", "quarkus.http.idle-timeout", "20S");
        try (Service suite = Service.start("services", settings)) {
            WellBehavedClient first = new WellBehavedClient(suite, "first");
            await().atMost(PATIENCE).until(() -> first.rounds() > 10);
            first.leave();
            Footprint before = Footprint.of(suite.process().pid());

            try (SlowlorisClients loris = new SlowlorisClients(suite.port(), SLOW)) {
                await().atMost(PATIENCE).until(() -> loris.open() == SLOW);
                List<WellBehavedClient> others = IntStream.range(0, 8)
                        .mapToObj(i -> new WellBehavedClient(suite, "other" + i))
                        .toList();
                // Each of them was closed and connected again.
                await().atMost(PATIENCE).until(() -> loris.closed() > SLOW && loris.open() > SLOW / 2);
                int rounds = others.get(0).rounds();
                await().atMost(PATIENCE).until(() -> others.get(0).rounds() > rounds + 10);
                others.forEach(WellBehavedClient::leave);
                assertThat(slowClosed(suite)).isGreaterThanOrEqualTo(SLOW);
            }
            await("no leaked resources")
                    .pollInterval(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(Footprint.of(suite.process().pid()).growthSince(before))
                                    .isEmpty());
        }
    }

    private static double slowClosed(Service suite) {
        return suite.get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("liveline_edge_slow_closed_total{of=\"head\"")
                        || line.startsWith("liveline_edge_slow_closed_total{") && line.contains("of=\"head\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    // -- all clients reconnect at once

    @Test
    void fiveThousandClientsOfAKilledReplicaRejoinWithinFifteenSecondsAndMissNothing() {
        Vertx vertx = Vertx.vertx();
        try (RedisServer redis = RedisServer.launch();
                Service killed = Service.begin("chat-service", Map.of("quarkus.redis.hosts", redis.url()));
                Service surviving = Service.begin("chat-service", Map.of("quarkus.redis.hosts", redis.url()))) {
            List.of(killed, surviving).forEach(StormIT::awaitReady);
            HttpClient client = RoomReader.client(vertx);
            List<RoomReader> readers = joinAll(client, killed);
            postInAllRooms(surviving, "before");
            await().atMost(PATIENCE).until(() -> allAt(readers, 1));

            readers.forEach(reader -> reader.onClose(() -> reconnect(vertx, client, reader, surviving)));
            killed.process().kill();
            postInAllRooms(surviving, "meanwhile");
            await("all clients rejoined")
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(RECOVERY)
                    .until(() -> readers.stream().allMatch(reader -> reader.joins() == 2) && allAt(readers, 2));

            postInAllRooms(surviving, "after");
            await().atMost(PATIENCE).until(() -> allAt(readers, 3));
            assertThat(readers).allMatch(reader -> reader.wrongMessages() == 0 && reader.gaps() == 0);
            assertThat(surviving.get("/q/metrics").body()).contains("liveline_chat_connections");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void awaitReady(Service service) {
        service.awaitListening();
        await().atMost(PATIENCE).until(() -> service.get("/q/health/ready").statusCode() == 200);
    }

    private static List<RoomReader> joinAll(HttpClient client, Service service) {
        List<Future<RoomReader>> connecting = IntStream.range(0, CLIENTS)
                .mapToObj(i -> RoomReader.connect(client, service.port(), "guest" + i, "room" + i % ROOMS))
                .toList();
        Future.all(connecting).toCompletionStage().toCompletableFuture().join();
        List<RoomReader> readers = connecting.stream().map(Future::result).toList();
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(RoomReader::isIn));
        return readers;
    }

    /** Reconnects at once, and again within a second after a rejection. */
    private static void reconnect(Vertx vertx, HttpClient client, RoomReader reader, Service service) {
        reader.reconnect(client, service.port())
                .onFailure(refused -> vertx.setTimer(
                        1 + ThreadLocalRandom.current().nextInt(1000),
                        later -> reconnect(vertx, client, reader, service)));
    }

    private static void postInAllRooms(Service service, String text) {
        for (int room = 0; room < ROOMS; room++) {
            assertThat(service.send(
                                    "POST",
                                    "/rooms/room" + room + "/messages?name=host",
                                    "{\"text\":\"" + text + "\"}",
                                    "Idempotency-Key",
                                    text)
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    private static boolean allAt(List<RoomReader> readers, long position) {
        return readers.stream().allMatch(reader -> reader.position() == position);
    }
}
