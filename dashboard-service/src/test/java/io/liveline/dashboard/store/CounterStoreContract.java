package io.liveline.dashboard.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.app.Recorder;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.ProblemException;
import io.liveline.edge.contract.ActivityFact;
import io.liveline.testing.TestConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Contract of every counter store. Each test has its own store without counters. */
abstract class CounterStoreContract {

    static final DashboardConfig CONFIG = TestConfig.of(
            DashboardConfig.class,
            Map.of(
                    "max-counters",
                    "40",
                    "keys.max",
                    "30",
                    "suite.max-rooms",
                    "4",
                    "suite.counters-for-rooms",
                    "30",
                    "suite.connections-live",
                    "30s"));

    abstract EventBus bus();

    abstract CounterStore store();

    /** Returns the time by the store's clock. */
    abstract long now();

    @Test
    void incrementsAddUpAndEachReturnsItsValueAndCursor() {
        Counter first = add("orders", 3);
        Counter second = add("orders", 4);
        assertEquals(3, first.value());
        assertEquals(7, second.value());
        assertEquals(first.version().at(first.version().offset() + 1), second.version());
        assertEquals(Map.of("orders", second), all());
    }

    @Test
    void anAssignmentReplacesTheValueAndIncrementsContinueFromIt() {
        add("load", 3);
        assertEquals(-7, set("load", -7).value());
        assertEquals(-5, add("load", 2).value());
    }

    @Test
    void aChangeIsPublishedWithItsCursor() {
        Recorder recorder = Recorder.on(bus(), CounterStore.TOPIC);
        Counter counter = add("orders", 3);
        recorder.awaitEvent("{\"orders\":3}");
        assertEquals(
                List.of(counter.version()),
                recorder.events().stream().map(Event::cursor).toList());
    }

    @Test
    void aRepeatedKeyGetsTheFirstAnswerAndAddsNothing() {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L));
        List<Counter> first = ask(store().write(write));
        add("orders", 10);
        assertEquals(first, ask(store().write(write)));
        assertEquals(13, all().get("orders").value());
    }

    @Test
    void manyRepetitionsAtOnceAddOnce() {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L));
        List<Uni<List<Counter>>> all =
                IntStream.range(0, 200).mapToObj(i -> store().write(write)).toList();
        List<List<Counter>> answers = ask(Uni.join().all(all).andFailFast());
        assertEquals(1, answers.stream().distinct().count());
        assertEquals(3, all().get("orders").value());
    }

    @Test
    void aKeyThatIsReusedForAnotherRequestIsRejected() {
        ask(store().write(write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L))));
        assertRejected("key_reused", write(CounterWrite.Kind.ADD, "k", Map.of("orders", 4L)));
        assertRejected("key_reused", write(CounterWrite.Kind.SET, "k", Map.of("orders", 3L)));
        assertEquals(3, all().get("orders").value());
    }

    @Test
    void keysBeyondTheLimitAreRejectedAndStoredOnesStillAnswered() {
        for (int i = 0; i < 30; i++) {
            ask(store().write(write(CounterWrite.Kind.ADD, "k" + i, Map.of("orders", 1L))));
        }
        assertRejected("busy", write(CounterWrite.Kind.ADD, "one-more", Map.of("orders", 1L)));
        assertEquals(
                1,
                ask(store().write(write(CounterWrite.Kind.ADD, "k0", Map.of("orders", 1L))))
                        .get(0)
                        .value());
        assertEquals(30, all().get("orders").value());
    }

    @Test
    void sixtyFourBitsAreExactAndOverflowIsRejected() {
        long nearly = Long.MAX_VALUE - 1;
        assertEquals(nearly, set("big", nearly).value());
        assertEquals(Long.MAX_VALUE, add("big", 1).value());
        assertRejected("overflow", write(CounterWrite.Kind.ADD, "k", Map.of("big", 1L)));
        assertEquals(Long.MIN_VALUE, set("small", Long.MIN_VALUE).value());
        assertEquals(Long.MAX_VALUE, all().get("big").value());
        assertEquals(Long.MIN_VALUE, all().get("small").value());
        assertEquals(2L << 53, set("odd", 2L << 53).value());
        assertEquals((2L << 53) + 1, add("odd", 1).value());
    }

    @Test
    void aBatchIsAppliedCompletelyOrNotAtAll() {
        set("full", Long.MAX_VALUE);
        add("some", 5);
        CounterSnapshot before = ask(store().read());
        assertRejected("overflow", write(CounterWrite.Kind.ADD, "k", Map.of("any", 1L, "full", 1L, "some", 1L)));
        assertEquals(before.cursor(), ask(store().read()).cursor());
        assertEquals(Map.of("full", Long.MAX_VALUE, "some", 5L), values("full", "some", "any"));
        List<Counter> answer = ask(store().write(write(CounterWrite.Kind.ADD, "k", Map.of("any", 1L, "some", 1L))));
        assertEquals(List.of(1L, 6L), answer.stream().map(Counter::value).toList());
        assertEquals(1, answer.stream().map(Counter::version).distinct().count());
    }

    @Test
    void aCounterBeyondTheLimitIsRejectedAndTheOthersContinue() {
        TreeMap<String, Long> many = new TreeMap<>();
        IntStream.range(0, 40).forEach(i -> many.put("c" + i, 1L));
        ask(store().write(write(CounterWrite.Kind.ADD, "k", many)));
        assertRejected("too_many_counters", write(CounterWrite.Kind.ADD, "k2", Map.of("one-more", 1L)));
        assertEquals(2, add("c0", 1).value());
        assertEquals(40, all().size());
    }

    @Test
    void requestsOfOneTurnAreAppliedOneByOneInOrder() {
        Recorder recorder = Recorder.on(bus(), CounterStore.TOPIC);
        set("full", Long.MAX_VALUE);
        CounterWrite before = write(CounterWrite.Kind.ADD, "before", Map.of("orders", 1L));
        ask(store().write(before));
        List<String> answers = inOneTurn(List.of(
                write(CounterWrite.Kind.ADD, "a", Map.of("orders", 2L)),
                write(CounterWrite.Kind.ADD, "b", Map.of("any", 1L, "full", 1L)),
                before,
                write(CounterWrite.Kind.SET, "c", Map.of("orders", 10L)),
                write(CounterWrite.Kind.ADD, "a", Map.of("orders", 2L)),
                write(CounterWrite.Kind.ADD, "a", Map.of("orders", 3L)),
                write(CounterWrite.Kind.ADD, "d", Map.of("orders", 5L, "other", 1L)),
                write(CounterWrite.Kind.ADD, "b", Map.of("other", 1L))));
        String at = ask(store().read()).cursor().epoch() + '-';
        assertEquals(
                List.of(
                        "[orders 3 " + at + "3]",
                        "overflow",
                        "[orders 1 " + at + "2]",
                        "[orders 10 " + at + "4]",
                        "[orders 3 " + at + "3]",
                        "key_reused",
                        "[orders 15 " + at + "5, other 1 " + at + "5]",
                        "[other 2 " + at + "6]"),
                answers);
        recorder.awaitEvent("{\"other\":2}");
        assertEquals(
                List.of("{\"orders\":3}", "{\"orders\":10}", "{\"orders\":15,\"other\":1}", "{\"other\":2}"),
                recorder.data().subList(2, 6));
        assertEquals("orders 15 " + at + "5", text(all().get("orders")));
        assertEquals("other 2 " + at + "6", text(all().get("other")));
        assertEquals(3, all().size());
    }

    @Test
    void theLimitsHoldWithinOneTurn() {
        TreeMap<String, Long> many = new TreeMap<>();
        IntStream.range(0, 38).forEach(i -> many.put("c" + i, 1L));
        ask(store().write(write(CounterWrite.Kind.ADD, "k", many)));
        List<CounterWrite> writes = IntStream.range(0, 40)
                .mapToObj(i -> write(CounterWrite.Kind.ADD, "k" + i, Map.of(i < 4 ? "new" + i : "c0", 1L)))
                .toList();
        List<String> answers = inOneTurn(writes);
        assertEquals(List.of("too_many_counters", "too_many_counters"), answers.subList(2, 4));
        // Answers of rejected requests are not stored, and so do not count.
        assertEquals(31, answers.indexOf("busy"));
        assertEquals(9, answers.stream().filter("busy"::equals).count());
        assertRejected("busy", write(CounterWrite.Kind.ADD, "one-more", Map.of("c0", 1L)));
        assertEquals(28, all().get("c0").value());
        assertEquals(40, all().size());
    }

    @Test
    void namesInAnyScriptAreReturnedUnchanged() {
        String name = "größe-漢字_1.2:3~4@5";
        add(name, 1);
        assertEquals(1, all().get(name).value());
    }

    @Test
    void messagesAreCountedOnceHoweverOftenAndInWhateverOrderTheyAreReported() {
        fold(posts("lobby", "e1", 5), posts("den", "e1", 2));
        fold(posts("lobby", "e1", 9));
        fold(posts("lobby", "e1", 7), posts("lobby", "e1", 9), posts("den", "e1", 2));
        assertEquals(
                Map.of("chat.messages", 11L, "chat.messages.lobby", 9L, "chat.messages.den", 2L),
                values("chat.messages", "chat.messages.lobby", "chat.messages.den"));
    }

    @Test
    void aNewEpochOfARoomsLogContinuesTheCount() {
        fold(posts("lobby", "e1", 5));
        fold(posts("lobby", "e2", 3));
        fold(posts("lobby", "e1", 5));
        assertEquals(8, all().get("chat.messages").value());
        assertEquals(8, all().get("chat.messages.lobby").value());
        fold(posts("lobby", "e3", 2), posts("lobby", "e2", 4), posts("lobby", "e3", 1), posts("lobby", "e2", 3));
        assertEquals(11, all().get("chat.messages").value());
    }

    @Test
    void aRoomThatIsSilentForLongerThanItsLogLivesFreesItsPlace() {
        long longAgo = now() - CONFIG.suite().roomKnown().toMillis() - 1000;
        IntStream.range(0, 4).forEach(i -> fold(new ActivityFact.Posts("old" + i, new Cursor("e", 1), 1, longAgo)));
        fold(posts("young", "e", 3));
        assertEquals(7, all().get("chat.messages").value());
    }

    @Test
    void roomsBeyondTheLimitAreNotCountedAndKnownOnesAre() {
        IntStream.range(0, 6).forEach(i -> fold(posts("r" + i, "e", 1)));
        fold(posts("r0", "e", 3));
        assertEquals(6, all().get("chat.messages").value());
    }

    @Test
    void roomsNeverUseUpTheCountersOfClients() {
        Map<String, Long> own = new TreeMap<>();
        IntStream.range(0, 30).forEach(i -> own.put("own" + i, 1L));
        ask(store().write(write(CounterWrite.Kind.ADD, fresh(), own)));
        fold(posts("lobby", "e", 5));
        assertEquals(5, all().get("chat.messages").value());
        assertFalse(all().containsKey("chat.messages.lobby"));
        assertEquals(1, add("one-more", 1).value());
    }

    @Test
    void theRateIsOfTheLastMinuteAndRoomsAreActiveForAWhile() {
        long now = now();
        fold(
                new ActivityFact.Posts("lobby", new Cursor("e", 1), 5, now - 1000),
                new ActivityFact.Posts("den", new Cursor("e", 1), 7, now - 61_500),
                new ActivityFact.Posts("attic", new Cursor("e", 1), 9, now - 300_500));
        assertEquals(
                Map.of("chat.messages", 21L, "chat.messages_per_minute", 5L, "chat.rooms_active", 2L),
                values("chat.messages", "chat.messages_per_minute", "chat.rooms_active"));
    }

    @Test
    void peopleAreAddedUpOverRoomsByTheNewestFact() {
        fold(people("lobby", "e", 4, 3, 1), people("den", "e", 1, 2, 2));
        fold(people("lobby", "e", 3, 9, 9));
        assertEquals(
                Map.of("presence.online", 5L, "presence.typing", 3L), values("presence.online", "presence.typing"));
        fold(people("den", "e", 2, 0, 0));
        fold(people("den", "e", 1, 2, 2));
        assertEquals(
                Map.of("presence.online", 3L, "presence.typing", 1L), values("presence.online", "presence.typing"));
        fold(people("lobby", "e2", 1, 1, 0));
        assertEquals(
                Map.of("presence.online", 1L, "presence.typing", 0L), values("presence.online", "presence.typing"));
    }

    @Test
    void roomsThatBecomeEmptyLeaveNoPeopleInTheCount() {
        for (int i = 0; i < 20; i++) {
            fold(people("r" + i, "e", 1, 2, 1));
            fold(people("r" + i, "e", 2, 0, 0));
        }
        assertEquals(
                Map.of("presence.online", 0L, "presence.typing", 0L), values("presence.online", "presence.typing"));
    }

    @Test
    void connectionsAreAddedUpOverReplicas() {
        fold(connections("a", "websocket", 12), connections("b", "websocket", 3), connections("c", "sse", 7));
        fold(connections("a", "websocket", 10));
        assertEquals(
                Map.of("connections.websocket", 13L, "connections.sse", 7L, "connections.longpoll", 0L),
                values("connections.websocket", "connections.sse", "connections.longpoll"));
    }

    @Test
    void foldingKnownFactsPublishesNothing() {
        List<ActivityFact> facts =
                List.of(posts("lobby", "e", 5), people("lobby", "e", 4, 3, 1), connections("a", "sse", 1));
        ask(store().fold(facts));
        Cursor before = ask(store().read()).cursor();
        ask(store().fold(facts));
        ask(store().fold(List.of()));
        assertEquals(before, ask(store().read()).cursor());
    }

    // -- helpers

    Counter add(String name, long by) {
        return ask(store().write(write(CounterWrite.Kind.ADD, fresh(), Map.of(name, by))))
                .get(0);
    }

    Counter set(String name, long value) {
        return ask(store().write(write(CounterWrite.Kind.SET, fresh(), Map.of(name, value))))
                .get(0);
    }

    /** Returns the result of each write: its counters, or the code of the problem. */
    List<String> inOneTurn(List<CounterWrite> writes) {
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<List<CompletableFuture<String>>> answers = new CompletableFuture<>();
            vertx.runOnContext(nothing -> answers.complete(writes.stream()
                    .map(write -> store().write(write)
                            .map(counters -> counters.stream()
                                    .map(CounterStoreContract::text)
                                    .toList()
                                    .toString())
                            .onFailure(ProblemException.class)
                            .recoverWithItem(failure -> ((ProblemException) failure).code())
                            .subscribeAsCompletionStage())
                    .toList()));
            return answers.orTimeout(30, TimeUnit.SECONDS).join().stream()
                    .map(answer -> answer.orTimeout(30, TimeUnit.SECONDS).join())
                    .toList();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    static String text(Counter counter) {
        return counter.name() + ' ' + counter.value() + ' ' + counter.version();
    }

    static CounterWrite write(CounterWrite.Kind kind, String key, Map<String, Long> numbers) {
        return new CounterWrite(kind, key, new TreeMap<>(numbers));
    }

    void assertRejected(String code, CounterWrite write) {
        ProblemException problem = assertThrows(ProblemException.class, () -> ask(store().write(write)));
        assertEquals(code, problem.code());
    }

    void fold(ActivityFact... facts) {
        ask(store().fold(List.of(facts)));
    }

    ActivityFact posts(String room, String epoch, long messages) {
        return new ActivityFact.Posts(room, new Cursor(epoch, 1), messages, now());
    }

    static ActivityFact people(String room, String epoch, long offset, long online, long typing) {
        return new ActivityFact.People(room, new Cursor(epoch, offset), online, typing);
    }

    static ActivityFact connections(String replica, String transport, long count) {
        return new ActivityFact.Connections(replica, transport, count);
    }

    Map<String, Counter> all() {
        Map<String, Counter> all = new TreeMap<>();
        CounterSnapshot snapshot = ask(store().read());
        for (Counter counter : snapshot.counters()) {
            all.put(counter.name(), counter);
            assertTrue(counter.version().offset() <= snapshot.cursor().offset());
        }
        return all;
    }

    Map<String, Long> values(String... names) {
        Map<String, Long> values = new TreeMap<>();
        Map<String, Counter> all = all();
        for (String name : names) {
            if (all.containsKey(name)) {
                values.put(name, all.get(name).value());
            }
        }
        return values;
    }

    static <T> T ask(Uni<T> answer) {
        return answer.await().atMost(Duration.ofSeconds(30));
    }

    private static String fresh() {
        return UUID.randomUUID().toString();
    }
}
