package io.liveline.services.replicas;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.services.support.RoomReader;
import io.liveline.services.support.Service;
import io.liveline.testing.Background;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of the guarantees of chat on two replicas and a real Redis, with clients that reconnect in every way. */
class ChatReplicasIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LENGTH = 1000;

    private static RedisServer redis;
    private static List<Service> replicas;
    private static Vertx vertx;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        redis = RedisServer.launch();
        Map<String, String> settings = Map.of(
                "quarkus.redis.hosts", redis.url(),
                "liveline.bus.history.length", "3000",
                // All clients share one address, and some post thousands of messages.
                "liveline.edge.rate.address.burst", "1000000",
                "liveline.edge.rate.person.burst", "1000000");
        replicas = Stream.of(1, 2)
                .map(n -> Service.begin("chat-service", settings))
                .toList();
        replicas.forEach(Service::awaitListening);
        vertx = Vertx.vertx();
        client = RoomReader.client(vertx);
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        replicas.forEach(Service::close);
        redis.close();
    }

    private static Service replica(int n) {
        return replicas.get(n % replicas.size());
    }

    private static String post(Service replica, String room, String by, int id, String text) {
        HttpResponse<String> answer = replica.send(
                "POST",
                "/rooms/" + room + "/messages?name=" + by,
                new JsonObject().put("text", text).encode(),
                "Idempotency-Key",
                "" + id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body()).getString("cursor");
    }

    /** Posts messages at both replicas in turn. @return their cursors */
    private static List<String> posts(String room, String by, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> post(replica(i), room, by, i, by + "-" + i))
                .toList();
    }

    private static long offset(String cursor) {
        return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
    }

    // -- connecting back

    @Test
    void aCutAndAChangeOfTransportAndOfReplicaAtEveryPointLosesAndRepeatsNothing() {
        String cursor = post(replica(0), "cuts", "first", 0, "first");
        CompletableFuture<List<String>> sent = Background.supply(() -> posts("cuts", "ann", LENGTH));
        List<String> seen = new ArrayList<>();
        for (int k = 0; k < LENGTH; k++) {
            // Each transport on each replica, and in each order.
            Service at = replica(k / 4 + k);
            cursor = switch (k % 4) {
                case 0 -> nextBySocket(at, cursor);
                case 1 -> nextByStream(at, cursor);
                case 2 -> nextByPoll(at, cursor, "Prefer", "wait=30");
                default -> nextByPoll(at, cursor);
            };
            seen.add(cursor);
        }
        assertThat(seen).isEqualTo(sent.join());
    }

    private static String nextBySocket(Service at, String cursor) {
        ChatClient bob = ChatClient.connect(at.at("/chat"), "bob").join("cuts", cursor);
        assertThat(bob.await("joined").getBoolean("recovered")).isTrue();
        String next = bob.await("message").getString("cursor");
        bob.abort();
        return next;
    }

    private static String nextByStream(Service at, String cursor) {
        try (Socket socket = new Socket("127.0.0.1", at.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("GET /rooms/cuts/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                                    + "Last-Event-ID: " + cursor + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (!line.startsWith("data: {\"type\":\"message\"")) {
                assertThat(line).doesNotContain("\"recovered\":false");
                line = lines.readLine();
            }
            return new JsonObject(line.substring(6)).getString("cursor");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nextByPoll(Service at, String cursor, String... headers) {
        JsonObject page;
        do {
            page = new JsonObject(at.get("/rooms/cuts/messages?limit=1&after=" + cursor, headers)
                    .body());
            assertThat(page.getBoolean("complete")).isTrue();
        } while (page.getJsonArray("messages").isEmpty());
        return page.getString("cursor");
    }

    @Test
    void joiningWhileEightPublishLeavesNoHoleAndNoDuplicateAtTheSeam() {
        String start = post(replica(0), "seam", "first", 0, "first");
        List<CompletableFuture<List<String>>> publishers = IntStream.range(0, 8)
                .mapToObj(p -> Background.supply(() -> posts("seam", "p" + p, 100)))
                .toList();
        List<ChatClient> readers = IntStream.range(0, 20)
                .mapToObj(i ->
                        ChatClient.connect(replica(i).at("/chat"), "reader" + i).join("seam", start))
                .toList();
        Set<String> sent = new HashSet<>();
        publishers.forEach(publisher -> sent.addAll(publisher.join()));
        String last = post(replica(1), "seam", "last", 0, "last");
        for (ChatClient reader : readers) {
            reader.awaitText("last");
            List<String> received = reader.all("message").stream()
                    .map(message -> message.getString("cursor"))
                    .toList();
            assertThat(received)
                    .hasSize(801)
                    .doesNotHaveDuplicates()
                    .contains(last)
                    .containsAll(sent);
            assertThat(received.stream().map(ChatReplicasIT::offset).toList()).isSorted();
            Map<String, Integer> next = new HashMap<>();
            reader.texts().stream().filter(text -> text.startsWith("p")).forEach(text -> {
                String[] parts = text.split("-");
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next.merge(parts[0], 1, Integer::sum) - 1);
            });
            reader.close();
        }
    }

    @Test
    void trimmedHistoryIsReportedOnEveryTransport() {
        String old = post(replica(0), "trimmed", "ann", 0, "old");
        post(replica(1), "trimmed", "ann", 1, "missing later");
        redis.command("EVAL", TRIM, "0", "trimmed");
        String now = post(replica(1), "trimmed", "ann", 2, "new");
        for (Service at : replicas) {
            assertHistoryIsReportedAsLost(at, "trimmed", old, now);
        }
    }

    /** Script that trims the log of a room as its limits of length and age do, whatever the name of its key. */
    private static final String TRIM = "for _, key in ipairs(redis.call('KEYS', '*' .. ARGV[1] .. '*')) do "
            + "if redis.call('TYPE', key).ok == 'stream' then redis.call('XTRIM', key, 'MAXLEN', 0) end end";

    private static void assertHistoryIsReportedAsLost(Service at, String room, String old, String now) {
        ChatClient bob = ChatClient.connect(at.at("/chat"), "bob").join(room, old);
        assertThat(bob.await("joined").getBoolean("recovered")).isFalse();
        assertThat(bob.await("joined").getString("cursor")).isEqualTo(now);
        bob.close();
        for (String[] headers : new String[][] {{}, {"Prefer", "wait=30"}}) {
            JsonObject page = new JsonObject(
                    at.get("/rooms/" + room + "/messages?after=" + old, headers).body());
            assertThat(page.getBoolean("complete")).isFalse();
        }
    }

    @Test
    void lostRedisDataIsReportedOnEveryTransport() {
        try (RedisServer own = RedisServer.launch();
                Service chat = Service.start("chat-service", Map.of("quarkus.redis.hosts", own.url()))) {
            String old = post(chat, "lost", "ann", 0, "old");
            own.kill();
            own.loseData();
            own.start();
            await().atMost(PATIENCE)
                    .until(() -> chat.send(
                                            "POST",
                                            "/rooms/lost/messages?name=ann",
                                            "{\"text\":\"new\"}",
                                            "Idempotency-Key",
                                            "1")
                                    .statusCode()
                            == 201);
            String now = post(chat, "lost", "ann", 1, "new");
            assertThat(now).doesNotStartWith(old.substring(0, old.indexOf('-') + 1));
            assertHistoryIsReportedAsLost(chat, "lost", old, now);
        }
    }

    // -- many clients

    @Test
    @Tag("long")
    void fiveThousandJoinDuringPostsAndMissNoMessage() {
        List<RoomReader> readers = new ArrayList<>();
        String newest = null;
        for (int wave = 0; wave < 25; wave++) {
            List<Future<RoomReader>> connecting = IntStream.range(0, 200)
                    .mapToObj(i -> RoomReader.connect(client, replica(i).port(), "reader" + i, "crowd"))
                    .toList();
            // While these two hundred join.
            for (int i = 0; i < 5; i++) {
                newest = post(replica(i), "crowd", "ann", wave * 5 + i, "hello");
            }
            connecting.forEach(reader ->
                    readers.add(reader.toCompletionStage().toCompletableFuture().join()));
        }
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(RoomReader::isIn));
        long last = offset(newest);
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(reader -> reader.position() == last));
        assertThat(readers).hasSize(5000).allMatch(reader -> reader.wrongMessages() == 0 && reader.gaps() == 0);
    }

    @Test
    @Tag("long")
    void halfOfAThousandReadNothingAndTheOthersMissNothingAndMemoryIsBounded() {
        // The heap is 256 MB, and the unread data of the stopped clients three times that. A client that falls off the
        // ring receives a gap; few do here, as the kernel buffers much.
        List<RoomReader> stopped = fiveHundred(RoomReader.clientOfFewBytes(vertx));
        List<RoomReader> reading = fiveHundred(client);
        stopped.forEach(RoomReader::stop);

        String text = "x".repeat(2000);
        List<CompletableFuture<String>> publishers = IntStream.range(0, 8)
                .mapToObj(p -> Background.supply(() -> IntStream.range(0, 100)
                        .mapToObj(i -> post(replica(1), "slow", "p" + p, i, text))
                        .reduce((first, second) -> second)
                        .orElseThrow()))
                .toList();
        publishers.forEach(CompletableFuture::join);
        long last = offset(post(replica(1), "slow", "last", 0, "last"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        reading.stream().map(RoomReader::position).distinct())
                .containsExactly(last));
        assertThat(reading).allMatch(reader -> reader.wrongMessages() == 0 && reader.gaps() == 0);
        stopped.forEach(RoomReader::resume);
        await().atMost(PATIENCE).until(() -> stopped.stream().allMatch(reader -> reader.position() == last));
        assertThat(stopped).as("a gap that was not reported").allMatch(reader -> reader.wrongMessages() == 0);
        assertThat(replica(0).process().output()).doesNotContain("OutOfMemory");
    }

    private static List<RoomReader> fiveHundred(HttpClient client) {
        List<Future<RoomReader>> connecting = IntStream.range(0, 500)
                .mapToObj(i -> RoomReader.connect(client, replica(0).port(), "reader" + i, "slow"))
                .toList();
        List<RoomReader> readers = connecting.stream()
                .map(reader -> reader.toCompletionStage().toCompletableFuture().join())
                .toList();
        await().atMost(PATIENCE).until(() -> readers.stream().allMatch(RoomReader::isIn));
        return readers;
    }
}
