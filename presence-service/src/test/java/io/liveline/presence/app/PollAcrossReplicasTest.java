package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

import io.liveline.bus.BusState;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.testing.Background;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.liveline.testing.Wire;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Polls at two replicas on a real Redis. */
class PollAcrossReplicasTest extends TwoReplicas {

    @Test
    void aPollAtOneReplicaIsAnsweredByAChangeAtTheOther() throws Exception {
        String tag = Client.tag(a.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = a.client().poll(path, tag, 30);
        await().until(() -> a.replica().places.taken() == 1);
        b.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(online(answer)).isEqualTo(Set.of("ann active"));
    }

    @Test
    void aDrainingReplicaAnswersWaitingPollsAndClosesTheirConnections() throws Exception {
        String tag = Client.tag(a.client().get(path));
        List<CompletableFuture<HttpResponse<String>>> polls = IntStream.range(0, 20)
                .mapToObj(i -> a.client().poll(path, tag, 60))
                .toList();
        await().until(() -> a.replica().places.taken() == 20);
        a.replica().drain(new DrainStarted(Duration.ofSeconds(1)));
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertAnsweredLast(poll.get(20, TimeUnit.SECONDS), 304);
        }
        assertThat(a.replica().places.taken()).isEqualTo(0);
        // New requests are served, and do not wait long.
        assertAnsweredLast(a.client().poll(path, tag, 60).get(20, TimeUnit.SECONDS), 304);
        assertAnsweredLast(a.client().get(path), 200);
    }

    private static void assertAnsweredLast(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Connection").orElse("")).isEqualTo("close");
    }

    @Test
    void theFirstChangeIsAnsweredAtOnceAndLaterOnesTogetherAtTheEndOfTheConflationInterval() throws Exception {
        Map<String, String> slow = Map.of("rosters.conflation", "3s");
        try (TestReplica replica = new TestReplica(redis, TestConfig.of(PresenceConfig.class, slow))) {
            await().until(() -> replica.bus().state() == BusState.LIVE);
            String quiet = Client.tag(replica.client().get(path));
            replica.client().poll(path, quiet, 4).get(20, TimeUnit.SECONDS);
            long changed = System.nanoTime();
            CompletableFuture<HttpResponse<String>> first = pollNow(replica);
            a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
            assertThat(online(first.get(20, TimeUnit.SECONDS))).isEqualTo(Set.of("ann active"));
            long answered = System.nanoTime();
            assertThat(answered - changed)
                    .as("at once, not at the end of the interval")
                    .isLessThan(3_000_000_000L);
            CompletableFuture<HttpResponse<String>> second = pollNow(replica);
            a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
            a.apply(room, new PresenceCommand.Here(new Person("cy", "cy"), "", Presence.State.ACTIVE));
            assertThat(online(second.get(20, TimeUnit.SECONDS)))
                    .isEqualTo(Set.of("ann active", "bob active", "cy active"));
            assertThat(System.nanoTime() - answered)
                    .as("not before the end of the interval")
                    .isGreaterThan(2_000_000_000L);
        }
    }

    /** Starts a poll that waits for a change. */
    private CompletableFuture<HttpResponse<String>> pollNow(TestReplica replica) {
        String tag = Client.tag(replica.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = replica.client().poll(path, tag, 30);
        await().until(() -> replica.replica().places.taken() == 1);
        return poll;
    }

    @Test
    void equalSetsHaveEqualTagsAtEveryReplicaAndInEveryOrder() {
        b.client().get(path);
        for (int i = 0; i < 20; i++) {
            (i % 2 == 0 ? a : b)
                    .apply(
                            room,
                            new PresenceCommand.Here(new Person("p" + (i * 7 % 20), "p"), "", Presence.State.AWAY));
        }
        awaitEqual();
        String before = Client.tag(a.client().get(path));
        a.apply(room, new PresenceCommand.Typing(ANN));
        awaitEqual();
        assertThat(Client.tag(b.client().get(path))).isNotEqualTo(before);
        b.apply(room, PresenceCommand.Idle.now("ann"));
        awaitEqual();
        assertThat(Client.tag(b.client().get(path))).isEqualTo(before);
        try (TestReplica fresh = new TestReplica(redis, TestConfig.of(PresenceConfig.class))) {
            await().until(() -> fresh.bus().state() == BusState.LIVE);
            assertThat(Client.tag(fresh.client().get(path))).isEqualTo(before);
        }
    }

    @Test
    void aClientThatSwitchesReplicasSeesEveryStateOnceAndInOrder() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLongArray seen = new AtomicLongArray(8);
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        a.apply(room, new PresenceCommand.Here(new Person("w", "0"), "", Presence.State.ACTIVE));
        for (int c = 0; c < 8; c++) {
            int client = c;
            clients.add(Background.run(() -> switchReplicas(client, done, seen, faults)));
        }
        // Each state lasts until every client has seen it: if a client missed one, this would not continue.
        for (long k = 1; k <= 30; k++) {
            long state = k;
            TestReplica writer = k % 2 == 0 ? a : b;
            writer.apply(
                    room, new PresenceCommand.Here(new Person("w", String.valueOf(state)), "", Presence.State.ACTIVE));
            if (k % 3 == 0) {
                // Typing starts and ends: the set is equal to an earlier one.
                writer.apply(room, new PresenceCommand.Typing(ANN));
                writer.apply(room, PresenceCommand.Idle.now("ann"));
            }
            await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
                assertThat(List.copyOf(faults)).isEmpty();
                assertThat(IntStream.range(0, 8).mapToObj(seen::get)).containsOnly(state);
            });
        }
        done.set(true);
        a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(List.copyOf(faults)).isEmpty();
    }

    private void switchReplicas(
            int client, AtomicBoolean done, AtomicLongArray seen, ConcurrentLinkedQueue<String> faults) {
        String tag = "\"none\"";
        long last = -1;
        for (int i = client; !done.get(); i++) {
            HttpResponse<String> answer;
            try {
                answer = (i % 2 == 0 ? a : b).client().poll(path, tag, 10).get(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                faults.add(e.toString());
                return;
            }
            if (answer.statusCode() != 200) {
                continue;
            }
            long state = Long.parseLong(Client.json(answer).getJsonArray("online").stream()
                    .map(JsonObject.class::cast)
                    .filter(p -> p.getString("user").equals("w"))
                    .findAny()
                    .orElseThrow()
                    .getString("name"));
            if (Client.tag(answer).equals(tag)) {
                faults.add("an unchanged set was returned as changed: " + tag);
            }
            if (state < last) {
                faults.add("went back from " + last + " to " + state);
            }
            last = state;
            tag = Client.tag(answer);
            seen.set(client, state);
        }
    }

    @Test
    void aRoomBeyondTheLimitIsRejectedUntilAnotherRoomIsClosed() throws Exception {
        Map<String, String> small = Map.of("rosters.max", "1", "rosters.hold", "1s", "polls.retry-spread", "0s");
        try (TestReplica replica = new TestReplica(redis, TestConfig.of(PresenceConfig.class, small))) {
            await().until(() -> replica.bus().state() == BusState.LIVE);
            assertThat(replica.client().get(path).statusCode()).isEqualTo(200);
            HttpResponse<String> refused = replica.client().get("/rooms/other/presence");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Client.json(refused).getString("code")).isEqualTo("full");
            assertThat(refused.headers().firstValue("Retry-After").orElseThrow())
                    .isEqualTo("1");
            await().until(() -> replica.client().get("/rooms/other/presence").statusCode() == 200);
        }
    }

    @Test
    void aReplicaThatLagsSendsNoOldStateToAClientWithNewerState() throws Exception {
        try (Wire wire = new Wire(redis.port());
                TestReplica lagging = new TestReplica(wire.url(), TestConfig.of(PresenceConfig.class))) {
            await().until(() -> lagging.bus().state() == BusState.LIVE);
            String old = Client.tag(lagging.client().get(path));
            // The replica subscribes before the connection is cut off: it misses only the published change.
            a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
            await().until(() -> !Client.tag(lagging.client().get(path)).equals(old));
            wire.deafen();
            a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
            await().until(() -> online(a.client().get(path)).size() == 2);
            String newest = Client.tag(a.client().get(path));
            assertThat(online(lagging.client().get(path))).isEqualTo(Set.of("ann active"));
            HttpResponse<String> plain = lagging.client().get(path, "If-None-Match", newest);
            assertThat(plain.statusCode()).as(plain.body()).isEqualTo(304);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aPollEndsInTimeAfterTheClockIsSet(long hours) throws Exception {
        TestClock wall = new TestClock();
        try (TestReplica set = new TestReplica(redis.url(), TestConfig.of(PresenceConfig.class), wall)) {
            await().until(() -> set.bus().state() == BusState.LIVE);
            String tag = Client.tag(set.client().get(path));
            CompletableFuture<HttpResponse<String>> poll =
                    Background.supply(() -> set.client().get(path, "If-None-Match", tag, "Prefer", "wait=2"));
            await().until(() -> set.replica().places.taken() == 1);
            wall.pass(Duration.ofHours(hours).toMillis());
            assertThat(poll.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(304);
        }
    }
}
