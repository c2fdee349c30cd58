package io.liveline.bus.redis.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.RedisBuses;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.testing.Background;
import io.liveline.testing.RedisServer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Batches of commands that are issued in one turn of an event loop. */
class CommandBatcherTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Vertx CALLER_VERTX = Vertx.vertx();
    private static final Context CALLER = CALLER_VERTX.getOrCreateContext();
    // Keeps Redis busy for 0.2 s. TIME cannot be used, as it does not advance within a script on newer servers.
    private static final String BUSY = "local from = os.clock() while os.clock() - from < 0.2 do end";
    private static RedisServer server;
    private static RedisBuses buses;

    // One for each test: after an error a bus does not batch commands for a while.
    private RedisBus bus;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        buses = new RedisBuses(server.url());
    }

    @BeforeEach
    void connect() {
        bus = live(buses);
    }

    @AfterAll
    static void stop() {
        buses.close();
        server.close();
        CALLER_VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void anErrorFailsItsOwnCommandsAndTheOthersRunOnce() {
        poison("t7");
        List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, 200)
                .mapToObj(i -> publish(bus, "t" + i / 2, "data" + i % 2, "key" + i))
                .toList());
        for (int i = 0; i < answers.size(); i++) {
            CompletableFuture<Cursor> answer = answers.get(i);
            if (i / 2 == 7) {
                assertThatThrownBy(() -> get(answer)).hasMessageContaining("WRONGTYPE");
            } else {
                assertThat(get(answer).offset()).isEqualTo(1 + i % 2);
                assertThat(events(bus, "t" + i / 2)).containsExactly("data0", "data1");
            }
        }
    }

    @Test
    void aCommandThatIsNotRepeatableIsNotSentAgainAfterAnErrorOfOthers() {
        poison("bad");
        LuaScript appendData = LuaScript.of(CommandBatcherTest.class, "append_data.lua");
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish(bus, "good", "1", "a"),
                publish(bus, "bad", "2", "b"),
                () -> bus.run(appendData, new Topic("unrepeatable"), List.of(), List.of("3"))
                        .map(cursor -> Cursor.parse(cursor.toString())),
                publish(bus, "unkeyed", "4", null),
                publish(bus, "bad", "5", "c")));
        answers.forEach(
                answer -> assertThat(answer.handle((cursor, failure) -> 0)).succeedsWithin(PATIENCE));
        assertThat(events(bus, "good")).containsExactly("1");
        assertThat(events(bus, "unrepeatable")).containsExactly("3");
        assertThat(events(bus, "unkeyed")).containsExactly("4");
    }

    @Test
    void publishesOnATopicInOneTurnAreOneCallAndOneMessage() {
        List<String> unusual = List.of("", " ", "1 2,3", "line\nline\r\n", "\u0000", "ünï – 漢字 🙂", "{\"a\":[1]}");
        List<String> all = Stream.concat(IntStream.range(0, 50).mapToObj(i -> "e" + i), unusual.stream())
                .toList();
        Topic topic = new Topic("batched");
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        long calls = count("eval|evalsha");
        long messages = count("publish");
        List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, all.size())
                .mapToObj(i -> publish(bus, "batched", all.get(i), "key" + i))
                .toList());
        recorder.awaitEvent("{\"a\":[1]}");
        List<Event> delivered = recorder.all(Event.class);
        assertThat(delivered.stream().map(Event::data)).containsExactlyElementsOf(all);
        assertThat(answers.stream().map(CommandBatcherTest::get))
                .containsExactlyElementsOf(delivered.stream().map(Event::cursor).toList());
        assertThat(get(bus.read(topic, null, 100).subscribeAsCompletionStage()).events())
                .isEqualTo(delivered);
        // One call for the events and one for the read above. Pulses are published in the meantime.
        assertThat(count("eval|evalsha") - calls).isEqualTo(2);
        assertThat(count("publish") - messages).isLessThan(30);
    }

    @Test
    void anIdempotencyKeyReusedInOneCallWithAnotherContentIsRejected() {
        long calls = count("eval|evalsha");
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish(bus, "reused", "1", "a"),
                publish(bus, "reused", "2", "a"),
                publish(bus, "reused", "3", "b"),
                publish(bus, "reused", "1", "a")));
        assertThat(get(answers.get(0)).offset()).isEqualTo(1);
        assertThatThrownBy(() -> get(answers.get(1))).hasRootCauseInstanceOf(KeyReusedException.class);
        assertThat(get(answers.get(2)).offset()).isEqualTo(2);
        assertThat(get(answers.get(3)).offset()).isEqualTo(1);
        assertThat(count("eval|evalsha") - calls).isEqualTo(1);
        assertThat(events(bus, "reused")).containsExactly("1", "3");
    }

    @Test
    void aReadBetweenPublishesSeesOnlyTheEarlierOnes() {
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish(bus, "between", "1", "a"),
                publish(bus, "between", "2", "b"),
                () -> bus.read(new Topic("between"), null, 10).map(Page::end),
                publish(bus, "between", "3", "c"),
                publish(bus, "between", "4", "d")));
        assertThat(answers.stream().map(answer -> get(answer).offset())).containsExactly(1L, 2L, 2L, 3L, 4L);
    }

    @Test
    void aKeyRepeatedInOneTurnIsOneEvent() {
        get(publish(bus, "twice", "0", "before").get().subscribeAsCompletionStage());
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish(bus, "twice", "1", "a"),
                publish(bus, "twice", "0", "before"),
                publish(bus, "twice", "2", "b"),
                publish(bus, "twice", "1", "a"),
                publish(bus, "twice", "3", "c")));
        assertThat(answers.stream().map(answer -> get(answer).offset())).containsExactly(2L, 1L, 3L, 2L, 4L);
        assertThat(events(bus, "twice")).containsExactly("0", "1", "2", "3");
        assertThat(get(publish(bus, "twice", "3", "c").get().subscribeAsCompletionStage())
                        .offset())
                .isEqualTo(4);
    }

    @Test
    void historyIsBoundedByLengthHoweverManyEventsAreBatched() {
        RedisBus bus = live(buses, TestBusConfig.with("history.length", "5", "history.age", "1h"));
        for (int round = 0; round < 3; round++) {
            String turn = "-" + round;
            inOneTurn(IntStream.range(0, 10)
                            .mapToObj(i -> publish(bus, "short", i + turn, i + turn))
                            .toList())
                    .forEach(CommandBatcherTest::get);
            assertThat(events(bus, "short", 100))
                    .containsExactly("5" + turn, "6" + turn, "7" + turn, "8" + turn, "9" + turn);
        }
    }

    @Test
    void tooManyCommandsForOneCallAreSplit() {
        RedisBus bus = live(buses, TestBusConfig.with("redis.commands-at-once", "10000"));
        long calls = count("eval|evalsha");
        List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, 4_500)
                .mapToObj(i -> publish(bus, "many", "" + i, "key" + i))
                .toList());
        assertAppendedInOrder(answers);
        assertThat(count("eval|evalsha") - calls).isBetween(2L, 100L);
    }

    @Test
    void tooMuchDataForOneMessageIsSplit() {
        String large = "x".repeat(60_000);
        long calls = count("eval|evalsha");
        List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, 40)
                .mapToObj(i -> publish(bus, "large", large, "key" + i))
                .toList());
        assertAppendedInOrder(answers);
        assertThat(count("eval|evalsha") - calls).isEqualTo(3);
    }

    @Test
    void theOrderIsKeptWhetherOrNotCommandsAreRepeatable() {
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish(bus, "order", "1", "a"),
                publish(bus, "order", "2", "b"),
                publish(bus, "order", "3", null),
                publish(bus, "order", "4", "c")));
        answers.forEach(CommandBatcherTest::get);
        assertThat(events(bus, "order")).containsExactly("1", "2", "3", "4");
    }

    @Test
    void theOrderIsKeptOnAServerWithoutTheScripts() {
        try (RedisServer fresh = RedisServer.launch();
                RedisBuses freshBuses = new RedisBuses(fresh.url())) {
            RedisBus bus = live(freshBuses);
            List<CompletableFuture<Cursor>> two =
                    inOneTurn(List.of(publish(bus, "order", "1", "a"), publish(bus, "order", "2", "b")));
            List<CompletableFuture<Cursor>> third = inOneTurn(List.of(publish(bus, "order", "3", "c")));
            two.forEach(CommandBatcherTest::get);
            third.forEach(CommandBatcherTest::get);
            assertThat(events(bus, "order")).containsExactly("1", "2", "3");
        }
    }

    @Test
    void commandsUnansweredWhenTheConnectionBrokeTakeEffectOnce() {
        for (int round = 0; round < 5; round++) {
            String topic = "broken" + round;
            // After a broken connection a bus does not batch commands for a while.
            RedisBus bus = live(buses);
            // Commands wait while Redis is busy; then they run, and the connection is cut before the answers.
            CompletableFuture<Void> busy = Background.run(() -> server.command("EVAL", BUSY, "0"));
            List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, 100)
                    .mapToObj(i -> publish(bus, topic, "" + i, "key" + i))
                    .toList());
            server.command("CLIENT", "KILL", "TYPE", "normal");
            // This connection is cut as well, before or after its answer.
            busy.handle((done, cut) -> done).join();
            assertAppendedInOrder(answers);
            assertThat(events(bus, topic, 200))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 100).mapToObj(String::valueOf).toList());
        }
    }

    private static void assertAppendedInOrder(List<CompletableFuture<Cursor>> answers) {
        assertThat(answers.stream().map(answer -> get(answer).offset()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, answers.size()).boxed().toList());
    }

    /** Returns how often Redis has run these commands, including within scripts. */
    private static long count(String commands) {
        String stats = server.command("INFO", "commandstats");
        return Pattern.compile("cmdstat_(?:" + commands + "):calls=(\\d+)")
                .matcher(stats)
                .results()
                .mapToLong(calls -> Long.parseLong(calls.group(1)))
                .sum();
    }

    private static RedisBus live(RedisBuses buses) {
        return live(buses, TestBusConfig.with());
    }

    private static RedisBus live(RedisBuses buses, BusConfig config) {
        RedisBus bus = buses.bus(config);
        await().atMost(PATIENCE).until(() -> bus.state() == BusState.LIVE);
        return bus;
    }

    /** Makes every command on this topic fail. */
    private static void poison(String topic) {
        server.command("SET", TestBusConfig.with().redis().prefix() + '{' + topic + "}:head", "no hash");
    }

    private static Supplier<Uni<Cursor>> publish(RedisBus bus, String topic, String data, String key) {
        Draft draft = key == null ? Draft.of(data) : Draft.of(key, data);
        return () -> bus.publish(new Topic(topic), draft);
    }

    private static List<CompletableFuture<Cursor>> inOneTurn(List<Supplier<Uni<Cursor>>> calls) {
        CompletableFuture<List<CompletableFuture<Cursor>>> answers = new CompletableFuture<>();
        CALLER.runOnContext(nothing -> {
            List<CompletableFuture<Cursor>> turn = new ArrayList<>();
            calls.forEach(call -> turn.add(call.get().subscribeAsCompletionStage()));
            answers.complete(turn);
        });
        return get(answers);
    }

    private static List<String> events(RedisBus bus, String topic) {
        return events(bus, topic, 10);
    }

    private static List<String> events(RedisBus bus, String topic, int limit) {
        return get(bus.read(new Topic(topic), null, limit).subscribeAsCompletionStage()).events().stream()
                .map(Event::data)
                .toList();
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(
                    e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
        }
    }
}
