package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.Draft;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.RedisBus;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.feed.ChatMembershipConsumer;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.Recorder;
import io.liveline.presence.store.RedisRosterStore;
import io.liveline.presence.store.RosterModel;
import io.liveline.presence.store.RosterStore;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.liveline.testing.Wire;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Two replicas side by side on a real Redis. */
class ReplicasTest {

    private static final Person ANN = new Person("ann", "ann");
    private static final Person BOB = new Person("bob", "bob");
    private static final AtomicLong ROOMS = new AtomicLong();

    private final RoomName room = new RoomName("room" + ROOMS.incrementAndGet());
    private final String path = "/rooms/" + room + "/presence";
    private RedisServer redis;
    private RedisClock clock;
    private TestReplica a;
    private TestReplica b;

    @BeforeEach
    void start() {
        Map<String, String> changes = new HashMap<>(RosterModel.CONFIG);
        changes.put("sweep.mercy", "5s");
        changes.put("polls.max-per-person", "1000");
        PresenceConfig config = TestConfig.of(PresenceConfig.class, changes);
        redis = RedisServer.launch();
        clock = new RedisClock(redis);
        a = new TestReplica(redis, config);
        b = new TestReplica(redis, config);
        await().until(() -> a.bus().state() == BusState.LIVE && b.bus().state() == BusState.LIVE);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    @Test
    void aPollAtOneReplicaIsAnsweredByAChangeAtTheOther() throws Exception {
        String tag = Client.tag(a.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = a.client().poll(path, tag, 30);
        await().until(() -> a.replica().places().taken() == 1);
        b.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
        assertEquals(200, answer.statusCode());
        assertEquals(Set.of("ann active"), online(answer));
    }

    @Test
    void whoWaitsAtAReplicaThatIsAskedToEndIsAnsweredAndSentToAnotherConnection() throws Exception {
        String tag = Client.tag(a.client().get(path));
        List<CompletableFuture<HttpResponse<String>>> polls = IntStream.range(0, 20)
                .mapToObj(i -> a.client().poll(path, tag, 60))
                .toList();
        await().until(() -> a.replica().places().taken() == 20);
        a.replica().drain();
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertSeenOff(poll.get(20, TimeUnit.SECONDS), 304);
        }
        assertEquals(0, a.replica().places().taken());
        // Who still comes is served, and does not wait long.
        assertSeenOff(a.client().poll(path, tag, 60).get(20, TimeUnit.SECONDS), 304);
        assertSeenOff(a.client().get(path), 200);
    }

    private static void assertSeenOff(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode());
        assertEquals("close", answer.headers().firstValue("Connection").orElse(""));
    }

    @Test
    void theFirstChangeAfterQuietIsToldSoonAndThoseBehindItTogetherWhenTheWindowIsOver() throws Exception {
        Map<String, String> slow = Map.of("rosters.conflation", "3s");
        try (TestReplica replica = new TestReplica(redis, TestConfig.of(PresenceConfig.class, slow))) {
            await().until(() -> replica.bus().state() == BusState.LIVE);
            String quiet = Client.tag(replica.client().get(path));
            replica.client().poll(path, quiet, 4).get(20, TimeUnit.SECONDS);
            long changed = System.nanoTime();
            CompletableFuture<HttpResponse<String>> first = pollNow(replica);
            a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
            assertEquals(Set.of("ann active"), online(first.get(20, TimeUnit.SECONDS)));
            long told = System.nanoTime();
            assertTrue(told - changed < 3_000_000_000L, "at once, not when a window is over");
            CompletableFuture<HttpResponse<String>> second = pollNow(replica);
            a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
            a.apply(room, new PresenceCommand.Here(new Person("cy", "cy"), "", Presence.State.ACTIVE));
            assertEquals(Set.of("ann active", "bob active", "cy active"), online(second.get(20, TimeUnit.SECONDS)));
            assertTrue(System.nanoTime() - told > 2_000_000_000L, "not before the window is over");
        }
    }

    /** A poll that waits for something else than there is now. */
    private CompletableFuture<HttpResponse<String>> pollNow(TestReplica replica) {
        String tag = Client.tag(replica.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = replica.client().poll(path, tag, 30);
        await().until(() -> replica.replica().places().taken() == 1);
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
        assertNotEquals(before, Client.tag(b.client().get(path)));
        b.apply(room, PresenceCommand.Idle.now("ann"));
        awaitEqual();
        assertEquals(before, Client.tag(b.client().get(path)));
        try (TestReplica fresh = new TestReplica(redis, TestConfig.of(PresenceConfig.class))) {
            await().until(() -> fresh.bus().state() == BusState.LIVE);
            assertEquals(before, Client.tag(fresh.client().get(path)));
        }
    }

    @Test
    void aMessageEndsTypingThatAnotherReplicaWasToldOf() {
        b.client().get(path);
        a.apply(room, new PresenceCommand.Typing(ANN));
        a.apply(room, new PresenceCommand.Typing(BOB));
        await().until(() -> summary(b).equals("ann and bob are typing"));
        message("ann");
        await().atMost(Duration.ofSeconds(4)).until(() -> summary(b).equals("bob is typing"));
    }

    @Test
    void aMessageEndsTypingInARoomThatNobodyWaitsFor() throws Exception {
        Recorder told = Recorder.on(b.bus(), room.presence());
        // The ear has to be open: what one replica was told a moment ago is in time only when it listens already.
        a.apply(room, new PresenceCommand.Typing(BOB));
        await().until(() -> {
            a.apply(room, new PresenceCommand.Typing(ANN));
            message("ann");
            return told.events.stream().anyMatch(event -> event.data().contains("idle"));
        });
        assertTrue(told.events.stream().noneMatch(event -> event.data().contains("\"idle\":[\"bob\"")));
    }

    @Test
    void aClientThatHopsSeesEveryStateInOrderAndNeverOneTwice() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLongArray seen = new AtomicLongArray(8);
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        a.apply(room, new PresenceCommand.Here(new Person("w", "0"), "", Presence.State.ACTIVE));
        for (int c = 0; c < 8; c++) {
            int client = c;
            clients.add(CompletableFuture.runAsync(
                    () -> hop(client, done, seen, faults), command -> new Thread(command).start()));
        }
        // Each state lasts until every client has seen it: if any were missed by one of them this would not go on.
        for (long k = 1; k <= 30; k++) {
            long state = k;
            TestReplica writer = k % 2 == 0 ? a : b;
            writer.apply(
                    room, new PresenceCommand.Here(new Person("w", String.valueOf(state)), "", Presence.State.ACTIVE));
            if (k % 3 == 0) {
                // Back and forth: a set that is equal to an earlier one.
                writer.apply(room, new PresenceCommand.Typing(ANN));
                writer.apply(room, PresenceCommand.Idle.now("ann"));
            }
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> IntStream.range(0, 8).allMatch(c -> seen.get(c) == state));
        }
        done.set(true);
        a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertEquals(List.of(), List.copyOf(faults));
    }

    private void hop(int client, AtomicBoolean done, AtomicLongArray seen, ConcurrentLinkedQueue<String> faults) {
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
    void thePeopleOfAKilledChatReplicaVanishUnlessTheyComeBackAndThoseDoNotFlicker() throws Exception {
        List<Person> people = IntStream.range(0, 500)
                .mapToObj(i -> new Person("p" + i, "p" + i))
                .toList();
        chat("c1", people);
        Recorder told = Recorder.on(b.bus(), room.presence());
        await().until(() -> online(a.client().get(path)).size() == 500);
        assertEquals(500, online(b.client().get(path)).size());
        a.close();
        List<Person> back = people.subList(0, 250);
        pass(10_000);
        chat("c2", back);
        await().until(() -> redis.command("KEYS", "*claim:*").contains("claim"));
        pass(5_100);
        await().until(() -> online(b.client().get(path)).size() == 250);
        assertEquals(
                back.stream().map(p -> p.user() + " active").collect(Collectors.toCollection(TreeSet::new)),
                online(b.client().get(path)));
        // Whoever came back was never told to be gone.
        Set<String> gone = new TreeSet<>();
        told.events.forEach(
                event -> gone.addAll(RosterChange.parse(event.data()).gone()));
        assertEquals(
                people.subList(250, 500).stream().map(Person::user).collect(Collectors.toCollection(TreeSet::new)),
                gone);
    }

    @Test
    void whatAReplicaDidJustBeforeItDiedRunsOutWhereSomebodyWaits() throws Exception {
        online(b.client().get(path));
        // It never tells the index when the room is to be swept.
        RosterStore dying =
                new RedisRosterStore((RedisBus) a.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        dying.apply(room, new PresenceCommand.Typing(ANN)).await().atMost(Duration.ofSeconds(20));
        a.close();
        await().until(() -> summary(b).equals("ann is typing"));
        pass(10_000);
        await().until(() -> summary(b).isEmpty());
    }

    @Test
    void whatAReplicaDidNotTellTheDashboardBeforeItDiedIsToldWithTheNextSweep() throws Exception {
        Recorder told = Recorder.on(b.bus(), new Topic("activity"));
        RosterStore dying =
                new RedisRosterStore((RedisBus) a.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        dying.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE))
                .await()
                .atMost(Duration.ofSeconds(20));
        dying.sweep().await().atMost(Duration.ofSeconds(20));
        a.close();
        pass(30_000);
        // The same replica, a moment before: it tells of nothing.
        RosterStore other =
                new RedisRosterStore((RedisBus) b.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        other.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE))
                .await()
                .atMost(Duration.ofSeconds(20));
        pass(16_100);
        await().until(() -> told.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("presence", new JsonObject()))
                .map(rooms -> rooms.getJsonObject(room.text(), new JsonObject()))
                .anyMatch(fact -> fact.getInteger("online", 0) == 1));
    }

    @Test
    void aPersonVanishesAtBothReplicasWhenTheirLifeIsOverAndNotBefore() throws Exception {
        a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        long over = clock.millis() + 46_000;
        awaitEqual();
        String tag = Client.tag(a.client().get(path));
        pass(over - clock.millis() - 1500);
        assertEquals(Set.of("ann active"), online(a.client().get(path)));
        List<CompletableFuture<HttpResponse<String>>> polls = Stream.of(a, b)
                .map(replica -> replica.client().poll(path, tag, 30))
                .toList();
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
            assertEquals(Set.of(), online(answer));
            assertTrue(clock.millis() >= over, "before their time");
            // Exact to a sweep and a window, a fifth of a second; the rest is for slow machines.
            assertTrue(clock.millis() < over + 5000, "long after their time");
        }
    }

    @Test
    void oneRoomMoreThanAReplicaMayHoldIsRefusedAndHasAPlaceWhenAnotherIsLetGo() throws Exception {
        Map<String, String> small = Map.of("rosters.max", "1", "rosters.hold", "1s", "polls.retry-spread", "0s");
        try (TestReplica replica = new TestReplica(redis, TestConfig.of(PresenceConfig.class, small))) {
            await().until(() -> replica.bus().state() == BusState.LIVE);
            assertEquals(200, replica.client().get(path).statusCode());
            HttpResponse<String> refused = replica.client().get("/rooms/other/presence");
            assertEquals(503, refused.statusCode());
            assertEquals("full", Client.json(refused).getString("code"));
            assertEquals("1", refused.headers().firstValue("Retry-After").orElseThrow());
            await().until(() -> replica.client().get("/rooms/other/presence").statusCode() == 200);
        }
    }

    @Test
    void aReplicaThatIsBehindSaysNothingOldToAClientThatKnowsMore() throws Exception {
        try (Wire wire = new Wire(redis.port());
                TestReplica behind = new TestReplica(wire.url(), TestConfig.of(PresenceConfig.class))) {
            await().until(() -> behind.bus().state() == BusState.LIVE);
            String old = Client.tag(behind.client().get(path));
            // Its channel is subscribed to before the wire is slow: what it does not hear is what was published.
            a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
            await().until(() -> !Client.tag(behind.client().get(path)).equals(old));
            wire.deafen();
            a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
            await().until(() -> online(a.client().get(path)).size() == 2);
            String newest = Client.tag(a.client().get(path));
            assertEquals(Set.of("ann active"), online(behind.client().get(path)));
            HttpResponse<String> plain = behind.client().get(path, "If-None-Match", newest);
            assertEquals(304, plain.statusCode(), plain.body());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aPollEndsInTimeThoughTheClockIsSet(long hours) throws Exception {
        TestClock wall = new TestClock();
        try (TestReplica set = new TestReplica(redis.url(), TestConfig.of(PresenceConfig.class), wall)) {
            await().until(() -> set.bus().state() == BusState.LIVE);
            String tag = Client.tag(set.client().get(path));
            CompletableFuture<HttpResponse<String>> poll = CompletableFuture.supplyAsync(
                    () -> set.client().get(path, "If-None-Match", tag, "Prefer", "wait=2"));
            await().until(() -> set.replica().places().taken() == 1);
            wall.pass(Duration.ofHours(hours).toMillis());
            assertEquals(304, poll.get(20, TimeUnit.SECONDS).statusCode());
        }
    }

    @Test
    void whileRedisIsAwayPollsSayDegradedAndNobodyIsShownAsGone() throws Exception {
        for (int i = 0; i < 10; i++) {
            a.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        await().until(() -> online(a.client().get(path)).size() == 10);
        await().until(() -> online(b.client().get(path)).size() == 10);
        String tag = Client.tag(a.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = a.client().poll(path, tag, 60);
        await().until(() -> a.replica().places().taken() == 1);

        redis.freeze();
        HttpResponse<String> degraded = poll.get(20, TimeUnit.SECONDS);
        assertEquals(200, degraded.statusCode());
        assertEquals(true, Client.json(degraded).getBoolean("degraded"));
        assertEquals(10, online(degraded).size());
        await().until(() -> b.bus().state() == BusState.DEGRADED);
        assertEquals(10, online(b.client().get(path)).size());
        HttpResponse<String> unknown = a.client().get("/rooms/unknown/presence");
        assertEquals(503, unknown.statusCode());
        assertEquals("unavailable", Client.json(unknown).getString("code"));
        CompletableFuture<HttpResponse<String>> waiting = a.client().poll(path, Client.tag(degraded), 60);
        await().until(() -> a.replica().places().taken() == 1);
        redis.thaw();
        HttpResponse<String> restored = waiting.get(20, TimeUnit.SECONDS);
        assertEquals(tag, Client.tag(restored));
        assertFalse(Client.json(restored).containsKey("degraded"));
    }

    @Test
    void afterALongOutagePeopleHaveTimeToSayThatTheyAreHere() throws Exception {
        for (int i = 0; i < 10; i++) {
            a.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        a.apply(room, new PresenceCommand.Typing(ANN));
        await().until(() -> online(a.client().get(path)).size() == 10);
        Recorder told = Recorder.on(b.bus(), room.presence());
        redis.kill();
        await().until(() -> a.bus().state() == BusState.DEGRADED);
        redis.start();
        clock.pass(120_000, true);
        await().until(() -> a.bus().state() == BusState.LIVE && b.bus().state() == BusState.LIVE);
        // Typing runs out all the same, and so tells us that the room was swept.
        await().until(() -> told.events.stream().anyMatch(event -> event.data().contains("idle")));
        assertEquals(10, online(a.client().get(path)).size());
        for (int i = 0; i < 5; i++) {
            b.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        await().until(() -> online(b.client().get(path)).size() == 5);
        Set<String> gone = new TreeSet<>();
        told.events.forEach(
                event -> gone.addAll(RosterChange.parse(event.data()).gone()));
        assertEquals(Set.of("p5", "p6", "p7", "p8", "p9"), gone);
    }

    @Test
    void aRedisThatLostItsMemoryEmptiesNoRoom() throws Exception {
        a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
        await().until(() -> online(a.client().get(path)).size() == 2);
        String tag = Client.tag(a.client().get(path));
        redis.kill();
        redis.loseData();
        await().until(() -> a.bus().state() == BusState.DEGRADED);
        redis.start();
        await().until(() -> a.bus().state() == BusState.LIVE);
        HttpResponse<String> kept = a.client().get(path);
        assertEquals(Set.of("ann active", "bob active"), online(kept));
        assertEquals(true, Client.json(kept).getBoolean("degraded"));
        b.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        await().until(() -> !Client.json(a.client().get(path)).containsKey("degraded"));
        assertEquals(Set.of("ann active"), online(a.client().get(path)));
        assertNotEquals(tag, Client.tag(a.client().get(path)));
    }

    @Test
    void aThousandClientsAtRandomSeeTheModelAtBothReplicas() {
        List<RoomName> rooms = IntStream.range(0, 10)
                .mapToObj(i -> new RoomName(room + "-" + i))
                .toList();
        long seed = System.nanoTime();
        RosterModel model = new RosterModel(seed, rooms, 100);
        long start = clock.millis();
        for (int round = 0; round < 16; round++) {
            List<Uni<CommandResult>> acts = new ArrayList<>();
            for (RosterModel.Step step : model.acts(300)) {
                acts.add((acts.size() % 2 == 0 ? a : b).replica().apply(step.room(), step.act()));
            }
            Uni.join().all(acts).andFailFast().await().atMost(Duration.ofSeconds(20));
            awaitIndexed();
            clock.pass(start + round * RosterModel.ROUND_MILLIS + RosterModel.COMPARE_MILLIS - clock.millis(), false);
            model.expire();
            for (RoomName one : rooms) {
                String where = "seed " + seed + ", round " + round + ", " + one;
                for (TestReplica replica : List.of(a, b)) {
                    await(where).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
                        HttpResponse<String> answer = replica.client().get("/rooms/" + one + "/presence");
                        assertEquals(model.online(one), online(answer), where);
                        assertEquals(model.typing(one), typing(answer), where);
                    });
                }
            }
            model.nextRound();
            clock.pass(start + (round + 1) * RosterModel.ROUND_MILLIS - clock.millis(), false);
        }
    }

    /** Until each replica has told the index of the rooms that it changed: a sweep or two. */
    private void awaitIndexed() {
        for (TestReplica replica : List.of(a, b)) {
            if (!replica.isClosed()) {
                replica.replica().sweepNow().await().atMost(Duration.ofSeconds(20));
            }
        }
    }

    private void pass(long millis) {
        awaitIndexed();
        clock.pass(millis, false);
    }

    private void awaitEqual() {
        await().until(() ->
                Client.tag(a.client().get(path)).equals(Client.tag(b.client().get(path))));
    }

    private void chat(String replica, List<Person> people) {
        JsonArray list = new JsonArray();
        people.forEach(p -> list.add(new JsonObject().put("user", p.user()).put("name", p.name())));
        JsonObject event = new JsonObject()
                .put("replica", replica)
                .put("lease_ms", 15_000)
                .put("rooms", new JsonObject().put(room.text(), list));
        b.bus()
                .publish(ChatMembershipConsumer.TOPIC, Draft.of(event.encode()))
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    private void message(String author) {
        JsonObject event = new JsonObject()
                .put("type", "message")
                .put("id", "1")
                .put("author", author)
                .put("text", "hi");
        b.bus().publish(room.messages(), Draft.of(event.encode())).await().atMost(Duration.ofSeconds(20));
    }

    private String summary(TestReplica replica) {
        return Client.json(replica.client().get(path)).getString("summary");
    }

    private static Set<String> online(HttpResponse<String> answer) {
        return Client.json(answer).getJsonArray("online").stream()
                .map(JsonObject.class::cast)
                .map(p -> p.getString("user") + " " + p.getString("state"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> typing(HttpResponse<String> answer) {
        return Client.json(answer).getJsonArray("typing").stream()
                .map(p -> ((JsonObject) p).getString("user"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
