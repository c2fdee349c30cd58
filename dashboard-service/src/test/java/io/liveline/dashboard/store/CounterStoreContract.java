package io.liveline.dashboard.store;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.dashboard.app.Recorder;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.ProblemException;
import io.liveline.edge.contract.ActivityFact;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Contract of every counter store. */
abstract class CounterStoreContract extends CounterStoreFixture {

    @Test
    void incrementsAddUpAndEachReturnsItsValueAndCursor() {
        Counter first = add("orders", 3);
        Counter second = add("orders", 4);
        assertThat(first.value()).isEqualTo(3);
        assertThat(second.value()).isEqualTo(7);
        assertThat(second.version())
                .isEqualTo(first.version().at(first.version().offset() + 1));
        assertThat(all()).isEqualTo(Map.of("orders", second));
    }

    @Test
    void anAssignmentReplacesTheValueAndIncrementsContinueFromIt() {
        add("load", 3);
        assertThat(set("load", -7).value()).isEqualTo(-7);
        assertThat(add("load", 2).value()).isEqualTo(-5);
    }

    @Test
    void aChangeIsPublishedWithItsCursor() {
        Recorder recorder = Recorder.on(bus(), CounterStore.TOPIC);
        Counter counter = add("orders", 3);
        recorder.awaitEvent("{\"orders\":3}");
        assertThat(recorder.events().stream().map(Event::cursor).toList()).isEqualTo(List.of(counter.version()));
    }

    @Test
    void aRepeatedKeyGetsTheFirstAnswerAndAddsNothing() {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L));
        List<Counter> first = ask(store().write(write));
        add("orders", 10);
        assertThat(ask(store().write(write))).isEqualTo(first);
        assertThat(all().get("orders").value()).isEqualTo(13);
    }

    @Test
    void manyRepetitionsAtOnceAddOnce() {
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L));
        List<Uni<List<Counter>>> all =
                IntStream.range(0, 200).mapToObj(i -> store().write(write)).toList();
        List<List<Counter>> answers = ask(Uni.join().all(all).andFailFast());
        assertThat(answers.stream().distinct().count()).isEqualTo(1);
        assertThat(all().get("orders").value()).isEqualTo(3);
    }

    @Test
    void aKeyThatIsReusedForAnotherRequestIsRejected() {
        ask(store().write(write(CounterWrite.Kind.ADD, "k", Map.of("orders", 3L))));
        assertRejected("key_reused", write(CounterWrite.Kind.ADD, "k", Map.of("orders", 4L)));
        assertRejected("key_reused", write(CounterWrite.Kind.SET, "k", Map.of("orders", 3L)));
        assertThat(all().get("orders").value()).isEqualTo(3);
    }

    @Test
    void keysBeyondTheLimitAreRejectedAndStoredOnesStillAnswered() {
        for (int i = 0; i < 30; i++) {
            ask(store().write(write(CounterWrite.Kind.ADD, "k" + i, Map.of("orders", 1L))));
        }
        assertRejected("busy", write(CounterWrite.Kind.ADD, "one-more", Map.of("orders", 1L)));
        assertThat(ask(store().write(write(CounterWrite.Kind.ADD, "k0", Map.of("orders", 1L))))
                        .get(0)
                        .value())
                .isEqualTo(1);
        assertThat(all().get("orders").value()).isEqualTo(30);
    }

    @Test
    void sixtyFourBitsAreExactAndOverflowIsRejected() {
        long nearly = Long.MAX_VALUE - 1;
        assertThat(set("big", nearly).value()).isEqualTo(nearly);
        assertThat(add("big", 1).value()).isEqualTo(Long.MAX_VALUE);
        assertRejected("overflow", write(CounterWrite.Kind.ADD, "k", Map.of("big", 1L)));
        assertThat(set("small", Long.MIN_VALUE).value()).isEqualTo(Long.MIN_VALUE);
        assertThat(all().get("big").value()).isEqualTo(Long.MAX_VALUE);
        assertThat(all().get("small").value()).isEqualTo(Long.MIN_VALUE);
        assertThat(set("odd", 2L << 53).value()).isEqualTo(2L << 53);
        assertThat(add("odd", 1).value()).isEqualTo((2L << 53) + 1);
    }

    @Test
    void aBatchIsAppliedCompletelyOrNotAtAll() {
        set("full", Long.MAX_VALUE);
        add("some", 5);
        CounterSnapshot before = ask(store().read());
        assertRejected("overflow", write(CounterWrite.Kind.ADD, "k", Map.of("any", 1L, "full", 1L, "some", 1L)));
        assertThat(ask(store().read()).cursor()).isEqualTo(before.cursor());
        assertThat(values("full", "some", "any")).isEqualTo(Map.of("full", Long.MAX_VALUE, "some", 5L));
        List<Counter> answer = ask(store().write(write(CounterWrite.Kind.ADD, "k", Map.of("any", 1L, "some", 1L))));
        assertThat(answer.stream().map(Counter::value).toList()).isEqualTo(List.of(1L, 6L));
        assertThat(answer.stream().map(Counter::version).distinct().count()).isEqualTo(1);
    }

    @Test
    void aCounterBeyondTheLimitIsRejectedAndTheOthersContinue() {
        TreeMap<String, Long> many = new TreeMap<>();
        IntStream.range(0, 40).forEach(i -> many.put("c" + i, 1L));
        ask(store().write(write(CounterWrite.Kind.ADD, "k", many)));
        assertRejected("too_many_counters", write(CounterWrite.Kind.ADD, "k2", Map.of("one-more", 1L)));
        assertThat(add("c0", 1).value()).isEqualTo(2);
        assertThat(all()).hasSize(40);
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
        assertThat(answers)
                .isEqualTo(List.of(
                        "[orders 3 " + at + "3]",
                        "overflow",
                        "[orders 1 " + at + "2]",
                        "[orders 10 " + at + "4]",
                        "[orders 3 " + at + "3]",
                        "key_reused",
                        "[orders 15 " + at + "5, other 1 " + at + "5]",
                        "[other 2 " + at + "6]"));
        recorder.awaitEvent("{\"other\":2}");
        assertThat(recorder.data().subList(2, 6))
                .isEqualTo(
                        List.of("{\"orders\":3}", "{\"orders\":10}", "{\"orders\":15,\"other\":1}", "{\"other\":2}"));
        assertThat(text(all().get("orders"))).isEqualTo("orders 15 " + at + "5");
        assertThat(text(all().get("other"))).isEqualTo("other 2 " + at + "6");
        assertThat(all()).hasSize(3);
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
        assertThat(answers.subList(2, 4)).isEqualTo(List.of("too_many_counters", "too_many_counters"));
        // Answers of rejected requests are not stored, and so do not count.
        assertThat(answers.indexOf("busy")).isEqualTo(31);
        assertThat(answers.stream().filter("busy"::equals).count()).isEqualTo(9);
        assertRejected("busy", write(CounterWrite.Kind.ADD, "one-more", Map.of("c0", 1L)));
        assertThat(all().get("c0").value()).isEqualTo(28);
        assertThat(all()).hasSize(40);
    }

    @Test
    void namesInAnyScriptAreReturnedUnchanged() {
        String name = "größe-漢字_1.2:3~4@5";
        add(name, 1);
        assertThat(all().get(name).value()).isEqualTo(1);
    }

    @Test
    void messagesAreCountedOnceHoweverOftenAndInWhateverOrderTheyAreReported() {
        fold(posts("lobby", "e1", 5), posts("den", "e1", 2));
        fold(posts("lobby", "e1", 9));
        fold(posts("lobby", "e1", 7), posts("lobby", "e1", 9), posts("den", "e1", 2));
        assertThat(values("chat.messages", "chat.messages.lobby", "chat.messages.den"))
                .isEqualTo(Map.of("chat.messages", 11L, "chat.messages.lobby", 9L, "chat.messages.den", 2L));
    }

    @Test
    void aNewEpochOfARoomsLogContinuesTheCount() {
        fold(posts("lobby", "e1", 5));
        fold(posts("lobby", "e2", 3));
        fold(posts("lobby", "e1", 5));
        assertThat(all().get("chat.messages").value()).isEqualTo(8);
        assertThat(all().get("chat.messages.lobby").value()).isEqualTo(8);
        fold(posts("lobby", "e3", 2), posts("lobby", "e2", 4), posts("lobby", "e3", 1), posts("lobby", "e2", 3));
        assertThat(all().get("chat.messages").value()).isEqualTo(11);
    }

    @Test
    void aRoomThatIsSilentForLongerThanItsLogLivesFreesItsPlace() {
        long longAgo = now() - CONFIG.suite().roomKnown().toMillis() - 1000;
        IntStream.range(0, 4).forEach(i -> fold(new ActivityFact.Posts("old" + i, new Cursor("e", 1), 1, longAgo)));
        fold(posts("young", "e", 3));
        assertThat(all().get("chat.messages").value()).isEqualTo(7);
    }

    @Test
    void roomsBeyondTheLimitAreNotCountedAndKnownOnesAre() {
        IntStream.range(0, 6).forEach(i -> fold(posts("r" + i, "e", 1)));
        fold(posts("r0", "e", 3));
        assertThat(all().get("chat.messages").value()).isEqualTo(6);
    }

    @Test
    void roomsNeverUseUpTheCountersOfClients() {
        Map<String, Long> own = new TreeMap<>();
        IntStream.range(0, 30).forEach(i -> own.put("own" + i, 1L));
        ask(store().write(write(CounterWrite.Kind.ADD, fresh(), own)));
        fold(posts("lobby", "e", 5));
        assertThat(all().get("chat.messages").value()).isEqualTo(5);
        assertThat(all()).doesNotContainKey("chat.messages.lobby");
        assertThat(add("one-more", 1).value()).isEqualTo(1);
    }

    @Test
    void theRateIsOfTheLastMinuteAndRoomsAreActiveForAWhile() {
        long now = now();
        fold(
                new ActivityFact.Posts("lobby", new Cursor("e", 1), 5, now - 1000),
                new ActivityFact.Posts("den", new Cursor("e", 1), 7, now - 61_500),
                new ActivityFact.Posts("attic", new Cursor("e", 1), 9, now - 300_500));
        assertThat(values("chat.messages", "chat.messages_per_minute", "chat.rooms_active"))
                .isEqualTo(Map.of("chat.messages", 21L, "chat.messages_per_minute", 5L, "chat.rooms_active", 2L));
    }

    @Test
    void peopleAreAddedUpOverRoomsByTheNewestFact() {
        fold(people("lobby", "e", 4, 3, 1), people("den", "e", 1, 2, 2));
        fold(people("lobby", "e", 3, 9, 9));
        assertThat(values("presence.online", "presence.typing"))
                .isEqualTo(Map.of("presence.online", 5L, "presence.typing", 3L));
        fold(people("den", "e", 2, 0, 0));
        fold(people("den", "e", 1, 2, 2));
        assertThat(values("presence.online", "presence.typing"))
                .isEqualTo(Map.of("presence.online", 3L, "presence.typing", 1L));
        fold(people("lobby", "e2", 1, 1, 0));
        assertThat(values("presence.online", "presence.typing"))
                .isEqualTo(Map.of("presence.online", 1L, "presence.typing", 0L));
    }

    @Test
    void roomsThatBecomeEmptyLeaveNoPeopleInTheCount() {
        for (int i = 0; i < 20; i++) {
            fold(people("r" + i, "e", 1, 2, 1));
            fold(people("r" + i, "e", 2, 0, 0));
        }
        assertThat(values("presence.online", "presence.typing"))
                .isEqualTo(Map.of("presence.online", 0L, "presence.typing", 0L));
    }

    @Test
    void connectionsAreAddedUpOverReplicas() {
        fold(connections("a", "websocket", 12), connections("b", "websocket", 3), connections("c", "sse", 7));
        fold(connections("a", "websocket", 10));
        assertThat(values("connections.websocket", "connections.sse", "connections.longpoll"))
                .isEqualTo(Map.of("connections.websocket", 13L, "connections.sse", 7L, "connections.longpoll", 0L));
    }

    @Test
    void foldingKnownFactsPublishesNothing() {
        List<ActivityFact> facts =
                List.of(posts("lobby", "e", 5), people("lobby", "e", 4, 3, 1), connections("a", "sse", 1));
        ask(store().fold(facts));
        Cursor before = ask(store().read()).cursor();
        ask(store().fold(facts));
        ask(store().fold(List.of()));
        assertThat(ask(store().read()).cursor()).isEqualTo(before);
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

    void assertRejected(String code, CounterWrite write) {
        ProblemException problem = catchThrowableOfType(ProblemException.class, () -> ask(store().write(write)));
        assertThat(problem.code()).isEqualTo(code);
    }

    static ActivityFact people(String room, String epoch, long offset, long online, long typing) {
        return new ActivityFact.People(room, new Cursor(epoch, offset), online, typing);
    }

    static ActivityFact connections(String replica, String transport, long count) {
        return new ActivityFact.Connections(replica, transport, count);
    }
}
