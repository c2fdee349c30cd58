package io.liveline.bus.redis;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
import io.liveline.bus.Subscription;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.connection.ReconnectingConnection;
import io.liveline.testing.ChildProcess;
import io.liveline.testing.RedisServer;
import io.liveline.testing.Wire;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What the bus promises when Redis, or the way to it, breaks. Each test breaks a real server of its own. */
class RedisFaultTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Topic topic = new Topic("fault");
    private RedisServer server;
    private RedisBuses buses;

    @BeforeEach
    void start() {
        server = RedisServer.launch();
        buses = new RedisBuses(server.url());
    }

    @AfterEach
    void stop() {
        buses.close();
        server.close();
    }

    private RedisBus bus() {
        return buses.bus(TestBusConfig.with());
    }

    private Recorder listen(EventBus bus) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        return recorder;
    }

    /** Publishes as a client does that wants its message in: the same key until there is an answer. */
    private Uni<Cursor> publishUntilDone(EventBus bus, String data) {
        return bus.publish(topic, Draft.of(data, data))
                .onFailure(BusUnavailableException.class)
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofMillis(200))
                .indefinitely();
    }

    private CompletableFuture<List<Cursor>> stream(EventBus bus, String prefix, int count) {
        return Multi.createFrom()
                .range(0, count)
                .onItem()
                .transformToUni(i -> publishUntilDone(bus, prefix + i))
                .concatenate()
                .collect()
                .asList()
                .subscribeAsCompletionStage();
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    @Test
    void serverKilledAndRestartedWithItsDataLosesNothing() {
        RedisBus publisher = bus();
        Recorder recorder = listen(bus());
        CompletableFuture<List<Cursor>> stream = stream(publisher, "e", 3000);

        for (String passed : List.of("e500", "e1500")) {
            recorder.awaitEvent(passed);
            server.kill();
            recorder.awaitState(BusState.DEGRADED);
            server.start();
        }

        assertThat(stream.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join())
                .doesNotHaveDuplicates();
        recorder.awaitEvent("e2999");
        recorder.awaitState(BusState.LIVE);
        assertThat(recorder.data()).isEqualTo(numbered("e", 3000));
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void serverRestartedWithoutItsDataIsToldAsAGapUnderANewEpoch() {
        RedisBus publisher = bus();
        Recorder recorder = listen(bus());
        List<Cursor> before = stream(publisher, "old", 10).join();
        recorder.awaitEvent("old9");

        server.kill();
        server.loseData();
        server.start();

        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        recorder.awaitState(BusState.LIVE);
        stream(publisher, "new", 10).join();
        recorder.awaitEvent("new9");
        Gap gap = recorder.all(Gap.class).get(0);
        assertThat(gap.after()).isEqualTo(before.get(9));
        assertThat(gap.resume().epoch()).isNotEqualTo(before.get(9).epoch());
        assertThat(recorder.data())
                .isEqualTo(Stream.concat(numbered("old", 10).stream(), numbered("new", 10).stream())
                        .toList());
        Page page = publisher.read(topic, before.get(9), 100).await().atMost(LONG);
        assertThat(page.complete()).as("an old cursor is recognised").isFalse();
    }

    @Test
    void lastWritesThatTheServerLostAreNotTakenForTheOnesThatFollow() {
        RedisBus publisher = bus();
        Recorder recorder = listen(bus());
        stream(publisher, "kept", 5).join();
        recorder.awaitEvent("kept4");
        Path kept = server.copyData();
        List<Cursor> lost = stream(publisher, "lost", 3).join();
        recorder.awaitEvent("lost2");

        server.kill();
        server.restoreData(kept);
        server.start();
        // A replica that heard nothing of what was lost gives the same offsets to other events, under the same epoch.
        List<Cursor> other = stream(buses.bus(TestBusConfig.with()), "other", 3).join();

        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        recorder.awaitState(BusState.LIVE);
        stream(publisher, "new", 3).join();
        recorder.awaitEvent("new2");
        assertThat(recorder.all(Gap.class)).hasSize(1);
        assertThat(recorder.all(Gap.class).get(0).after()).isEqualTo(lost.get(2));
        List<String> heard = recorder.data();
        assertThat(heard.subList(heard.size() - 3, heard.size())).isEqualTo(numbered("new", 3));
        assertThat(heard).doesNotHaveDuplicates();
        assertThat(publisher.read(topic, lost.get(2), 10).await().atMost(LONG).complete())
                .as("a client's cursor to a lost event is recognised, though its offset is given out again")
                .isFalse();
        assertThat(other).hasSize(3);
    }

    @Test
    void frozenServerDegradesTheBusFailsPublishesInTimeAndLosesNothing() {
        RedisBus publisher = buses.bus(TestBusConfig.with("timeout", "2s"));
        Recorder recorder = listen(bus());
        stream(publisher, "e", 100).join();
        recorder.awaitEvent("e99");

        server.freeze();
        long frozen = System.nanoTime();
        CompletableFuture<List<Cursor>> stream = stream(publisher, "f", 100);
        recorder.awaitState(BusState.DEGRADED);
        assertThatThrownBy(() ->
                        publisher.publish(topic, Draft.of("refused")).await().atMost(LONG))
                .isInstanceOf(BusUnavailableException.class);
        await().atMost(LONG)
                .until(() -> System.nanoTime() - frozen > Duration.ofSeconds(10).toNanos());
        server.thaw();

        stream.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join();
        recorder.awaitState(BusState.LIVE);
        recorder.awaitEvent("f99");
        List<String> heard = new ArrayList<>(recorder.data());
        // It was told that it may have been done, and it was: the server had it in its socket when it woke.
        heard.remove("refused");
        assertThat(heard)
                .isEqualTo(Stream.concat(numbered("e", 100).stream(), numbered("f", 100).stream())
                        .toList());
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void killedPubSubConnectionsInAStreamOfTwentyThousandEventsLoseNothing() {
        RedisBus publisher = buses.bus(TestBusConfig.with("history.length", "20000", "history.age", "1h"));
        Recorder recorder = listen(bus());
        CompletableFuture<List<Cursor>> stream = Multi.createFrom()
                .range(0, 20000)
                .onItem()
                .transformToUni(i -> publisher.publish(topic, Draft.of("e" + i)))
                .merge(64)
                .collect()
                .asList()
                .subscribeAsCompletionStage();

        for (String passed : List.of("e3000", "e8000", "e13000")) {
            recorder.awaitEvent(passed);
            assertThat(server.command("CLIENT", "KILL", "TYPE", "pubsub")).startsWith(":");
        }

        stream.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join();
        await().atMost(LONG).until(() -> recorder.all(Event.class).size() >= 20000);
        recorder.awaitState(BusState.LIVE);
        assertThat(recorder.all(Event.class).stream().map(e -> e.cursor().offset()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 20000).boxed().toList());
        assertThat(recorder.data())
                .isEqualTo(publisher.read(topic, null, 20000).await().atMost(LONG).events().stream()
                        .map(Event::data)
                        .toList());
        assertThat(recorder.all(BusState.class)).as("clients were told").contains(BusState.DEGRADED);
    }

    @ParameterizedTest
    @CsvSource({"maxmemory,OOM", "min-replicas-to-write,NOREPLICAS"})
    void aRedisThatTakesNoWritesIsUnavailableAndWhatItHasIsStillRead(String limit, String error) {
        RedisBus bus = bus();
        Cursor first = bus.publish(topic, Draft.of("key", "1")).await().atMost(LONG);
        server.command("CONFIG", "SET", limit, "1");
        try {
            for (Draft draft : List.of(Draft.of("2"), Draft.of("other", "2"))) {
                assertThatThrownBy(() -> bus.publish(topic, draft).await().atMost(LONG))
                        .isInstanceOf(BusUnavailableException.class)
                        .hasMessageContaining(error);
            }
            assertThat(bus.publish(topic, Draft.of("key", "1")).await().atMost(LONG))
                    .isEqualTo(first);
            assertThat(bus.read(topic, null, 10).await().atMost(LONG).end()).isEqualTo(first);
        } finally {
            server.command("CONFIG", "SET", limit, "0");
        }
        assertThat(bus.publish(topic, Draft.of("other", "2")).await().atMost(LONG))
                .isEqualTo(first.at(first.offset() + 1));
    }

    @Test
    void whatAnotherBuildTellsIsReadFromTheLog() {
        RedisBus bus = bus();
        Recorder recorder = listen(bus);
        bus.publish(topic, Draft.of("1")).await().atMost(LONG);
        String channel = "ll:{" + topic.name() + "}";
        for (String message : List.of("by hand", "k-1 1700000000000 {}", "1,2")) {
            String offset = server.command("HINCRBY", channel + ":head", "offset", "1")
                    .substring(1)
                    .strip();
            server.command("XADD", channel + ":log", offset + "-0", "t", "1700000000000", "d", message);
            server.command("PUBLISH", channel, message);
            recorder.awaitEvent(message);
        }
        bus.publish(topic, Draft.of("5")).await().atMost(LONG);
        recorder.awaitEvent("5");
        assertThat(recorder.data()).containsExactly("1", "by hand", "k-1 1700000000000 {}", "1,2", "5");
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void historyTrimmedWhileAReaderWasAwayIsToldAsAGap() {
        RedisBus publisher = buses.bus(TestBusConfig.with("history.length", "50", "history.age", "1h"));
        try (Wire wire = new Wire(server.port());
                RedisBuses behindWire = new RedisBuses(wire.url())) {
            Recorder recorder = listen(behindWire.bus(TestBusConfig.with("history.length", "50", "history.age", "1h")));
            List<Cursor> cursors = new ArrayList<>(stream(publisher, "e", 10).join());
            recorder.awaitEvent("e9");

            wire.cut();
            recorder.awaitState(BusState.DEGRADED);
            cursors.addAll(stream(publisher, "f", 100).join());
            wire.mend();

            recorder.awaitEvent("f99");
            assertThat(recorder.all(Gap.class)).containsExactly(new Gap(cursors.get(9), cursors.get(59)));
            assertThat(recorder.all(Event.class).stream().map(Event::cursor))
                    .containsExactlyElementsOf(
                            Stream.concat(cursors.subList(0, 10).stream(), cursors.subList(60, 110).stream())
                                    .toList());
        }
    }

    @Test
    void theBusIsNotLiveAgainBeforeEverythingThatWasMissedHasBeenTold() {
        RedisBus publisher = bus();
        try (Wire wire = new Wire(server.port());
                RedisBuses behindWire = new RedisBuses(wire.url())) {
            RedisBus bus = behindWire.bus(TestBusConfig.with());
            Recorder recorder = listen(bus);
            wire.cut();
            recorder.awaitState(BusState.DEGRADED);
            stream(publisher, "e", 10).join();

            // Pulses pass, and the log cannot be read.
            server.command("ACL", "SETUSER", "default", "-evalsha", "-eval");
            wire.mend();
            await().atMost(LONG).until(() -> server.command("PUBSUB", "NUMSUB", "ll:{fault}")
                    .endsWith(":1\r\n"));
            long before = pulses();
            await().atMost(LONG).until(() -> pulses() > before + 5);
            assertThat(bus.state()).isEqualTo(BusState.DEGRADED);

            server.command("ACL", "SETUSER", "default", "+@all");
            recorder.awaitState(BusState.LIVE);
            assertThat(recorder.data()).isEqualTo(numbered("e", 10));
        }
    }

    private long pulses() {
        Matcher calls = Pattern.compile("cmdstat_publish:calls=(\\d+)").matcher(server.command("INFO", "commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    @Test
    void concurrentPublishersFromTwoProcessesAreHeardInOneOrderByAll() {
        Recorder here = listen(bus());
        Recorder there = listen(bus());
        String classPath = System.getProperty("java.class.path");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        List<ChildProcess> publishers = Stream.of("a", "b")
                .map(name -> ChildProcess.start(
                        server.directory().resolve("publisher-" + name),
                        Map.of(),
                        List.of(
                                java,
                                "-cp",
                                classPath,
                                PublisherProcess.class.getName(),
                                server.url(),
                                topic.name(),
                                name,
                                "2000")))
                .toList();
        publishers.forEach(ChildProcess::await);

        await().atMost(LONG).until(() -> here.all(Event.class).size() == 4000);
        await().atMost(LONG).until(() -> there.all(Event.class).size() == 4000);
        assertThat(there.all(Event.class)).isEqualTo(here.all(Event.class));
        for (String name : List.of("a", "b")) {
            assertThat(here.data().stream().filter(data -> data.startsWith(name)))
                    .as("each publisher's own order")
                    .containsExactlyElementsOf(numbered(name, 2000));
        }
    }

    @Test
    void aServerThatIsAwayAtTheStartIsWaitedFor() {
        server.kill();
        RedisBus bus = buses.bus(TestBusConfig.with("timeout", "300ms"));
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        assertThat(bus.state()).isEqualTo(BusState.DEGRADED);
        assertThatThrownBy(
                        () -> bus.publish(topic, Draft.of("too early")).await().atMost(LONG))
                .isInstanceOf(BusUnavailableException.class);

        server.start();

        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        publishUntilDone(bus, "in time").await().atMost(LONG);
        recorder.awaitEvent("in time");
    }

    @Test
    void aServerThatGreetsAndHangsUpIsNotCalledAgainAndAgainAtOnce() {
        long shortest = TestBusConfig.with().redis().reconnectMin().toMillis();
        List<Long> waits = new CopyOnWriteArrayList<>();
        try (Wire wire = new Wire(server.port());
                RedisBuses behindWire = new RedisBuses(wire.url());
                Closeable ear = onWaits(waits::add)) {
            RedisBus bus = behindWire.bus(TestBusConfig.with());
            Recorder recorder = listen(bus);

            wire.hangUp();
            await().atMost(LONG).until(() -> waits.stream().anyMatch(wait -> wait > 4 * shortest));

            wire.mend();
            recorder.awaitState(BusState.LIVE);
            Duration lasting = TestBusConfig.with().redis().reconnectMax().multipliedBy(2);
            await().during(lasting).atMost(LONG).until(() -> bus.state() == BusState.LIVE);
            waits.clear();
            wire.cut();
            await().atMost(LONG).until(() -> waits.size() >= 2);
            assertThat(List.copyOf(waits).subList(0, 2)).allMatch(wait -> wait <= 2 * shortest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hears how long the bus is going to wait before it connects again, in milliseconds. */
    private static Closeable onWaits(Consumer<Long> heard) {
        Pattern wait = Pattern.compile("trying again in (\\d+) ms");
        Handler ear = new Handler() {
            @Override
            public void publish(LogRecord line) {
                Object[] parts = line.getParameters();
                Matcher found = wait.matcher(
                        parts == null ? line.getMessage() : line.getMessage().formatted(parts));
                if (found.find()) {
                    heard.accept(Long.valueOf(found.group(1)));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(ReconnectingConnection.class.getName());
        logger.addHandler(ear);
        return () -> logger.removeHandler(ear);
    }

    @Test
    void moreThanTheBoundIsRefusedAtOnceWhileTheServerIsAway() {
        RedisBus bus = buses.bus(TestBusConfig.with("max-pending", "10", "timeout", "30s"));
        bus.publish(topic, Draft.of("warm")).await().atMost(LONG);
        server.freeze();
        List<CompletableFuture<Cursor>> waiting = IntStream.range(0, 10)
                .mapToObj(i -> bus.publish(topic, Draft.of("e" + i)).subscribeAsCompletionStage())
                .toList();

        assertThatThrownBy(
                        () -> bus.publish(topic, Draft.of("one more")).await().atMost(Duration.ofSeconds(5)))
                .isInstanceOf(BusUnavailableException.class)
                .hasMessageContaining("too much to do");

        server.thaw();
        waiting.forEach(answer ->
                answer.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join());
    }

    @Test
    void aFeedThatCannotCatchUpNowDoesNotHoldUpTheBus() {
        RedisBus bus = buses.bus(TestBusConfig.with("max-pending", "0"));
        bus.subscribe(topic, new Recorder());
        await().atMost(LONG)
                .until(() -> server.command("PUBSUB", "CHANNELS", "ll:{fault}").contains("ll:{fault}"));

        assertThatThrownBy(() -> bus.publish(topic, Draft.of("refused")).await().atMost(Duration.ofSeconds(5)))
                .isInstanceOf(BusUnavailableException.class);
    }

    @Test
    void twoHundredTopicsTakeOneListeningConnectionAndLeaveNoneBehind() {
        RedisBus bus = buses.bus(TestBusConfig.with("redis.unsubscribe-after", "100ms"));
        List<Recorder> recorders = new ArrayList<>();
        List<Subscription> subscriptions = IntStream.range(0, 200)
                .mapToObj(i -> {
                    Recorder recorder = new Recorder();
                    recorders.add(recorder);
                    return bus.subscribe(new Topic("many:" + i), recorder);
                })
                .toList();
        recorders.forEach(Recorder::awaitStarted);

        assertThat(server.command("CLIENT", "LIST", "TYPE", "pubsub").lines().filter(l -> l.startsWith("id=")))
                .hasSize(1);
        assertThat(server.command("CLIENT", "LIST", "TYPE", "normal")
                        .lines()
                        .filter(l -> l.contains("cmd=evalsha") || l.contains("cmd=publish")))
                .hasSize(1);

        subscriptions.forEach(Subscription::close);
        await().atMost(LONG)
                .until(() -> server.command("PUBSUB", "CHANNELS", "ll:{many*").equals("*0\r\n"));
    }

    @Test
    void aTopicThatIsListenedToAgainWithinItsGraceGoesOn() {
        RedisBus bus = bus();
        Recorder first = new Recorder();
        Subscription subscription = bus.subscribe(topic, first);
        first.awaitStarted();
        publishUntilDone(bus, "one").await().atMost(LONG);
        first.awaitEvent("one");

        subscription.close();
        Cursor missed = publishUntilDone(bus, "two").await().atMost(LONG);
        await().atMost(LONG).until(() -> {
            Recorder probe = new Recorder();
            bus.subscribe(topic, probe).close();
            return probe.awaitStarted().equals(missed);
        });
        Recorder second = listen(bus);
        publishUntilDone(bus, "three").await().atMost(LONG);

        second.awaitEvent("three");
        assertThat(second.data()).containsExactly("three");
    }

    @Test
    void aBusThatMayNotListenIsDegradedAndLiveAgainOnceItMay() {
        RedisBus bus = bus();
        await().atMost(LONG).until(() -> bus.state() == BusState.LIVE);
        server.command("ACL", "SETUSER", "default", "resetchannels", "&ll:pulse:*");
        Recorder recorder = new Recorder();

        bus.subscribe(new Topic("forbidden"), recorder);

        await().atMost(LONG).until(() -> bus.state() == BusState.DEGRADED);
        server.command("ACL", "SETUSER", "default", "allchannels");
        recorder.awaitStarted();
        await().atMost(LONG).until(() -> bus.state() == BusState.LIVE);
    }
}
