package io.liveline.bus.redis;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Recorder;
import io.liveline.bus.Subscription;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.redis.connection.ReconnectingConnection;
import io.liveline.testing.Wire;
import io.smallrye.mutiny.Multi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Connections to Redis that break. */
class RedisConnectionFaultTest extends RedisFaultFixture {

    @Test
    void killedPubSubConnectionsInAStreamOfTwentyThousandEventsLoseNothing() {
        RedisBus publisher = buses.bus(TestBusConfig.with("history.length", "20000", "history.age", "1h"));
        Recorder recorder = subscribe(bus());
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

        stream.orTimeout(60, TimeUnit.SECONDS).join();
        await().atMost(LONG).until(() -> recorder.all(Event.class).size() >= 20000);
        recorder.awaitState(BusState.LIVE);
        assertThat(recorder.all(Event.class).stream().map(e -> e.cursor().offset()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 20000).boxed().toList());
        assertThat(recorder.data())
                .isEqualTo(publisher.read(topic, null, 20000).await().atMost(LONG).events().stream()
                        .map(Event::data)
                        .toList());
        assertThat(recorder.all(BusState.class)).as("clients were notified").contains(BusState.DEGRADED);
    }

    @Test
    void historyTrimmedWhileAReaderWasDisconnectedIsReportedAsAGap() {
        RedisBus publisher = buses.bus(TestBusConfig.with("history.length", "50", "history.age", "1h"));
        try (Wire wire = new Wire(server.port());
                RedisBuses throughWire = new RedisBuses(wire.url())) {
            Recorder recorder =
                    subscribe(throughWire.bus(TestBusConfig.with("history.length", "50", "history.age", "1h")));
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
    void aSubscriptionCatchesUpWithEventsThatPubSubHoldsBack() {
        RedisBus publisher = bus();
        try (Wire wire = new Wire(server.port());
                RedisBuses throughWire = new RedisBuses(wire.url())) {
            Recorder recorder = new Recorder();
            Subscription subscription = throughWire.bus(TestBusConfig.with()).subscribe(topic, recorder);
            recorder.awaitStarted();
            wire.deafen();
            stream(publisher, "e", 10).join();

            subscription.catchUp().await().atMost(LONG);
            assertThat(recorder.data()).isEqualTo(numbered("e", 10));

            wire.mend();
            stream(publisher, "f", 1).join();
            recorder.awaitEvent("f0");
            assertThat(recorder.data()).as("each once").hasSize(11);
        }
    }

    @Test
    void theBusIsNotLiveAgainBeforeAllMissedEventsAreDelivered() {
        RedisBus publisher = bus();
        try (Wire wire = new Wire(server.port());
                RedisBuses throughWire = new RedisBuses(wire.url())) {
            RedisBus bus = throughWire.bus(TestBusConfig.with());
            Recorder recorder = subscribe(bus);
            wire.cut();
            recorder.awaitState(BusState.DEGRADED);
            stream(publisher, "e", 10).join();

            // Pulses arrive, but the log cannot be read.
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
    void aServerThatAcceptsAndDisconnectsIsReconnectedToWithBackoff() {
        long shortest = TestBusConfig.with().redis().reconnectMin().toMillis();
        List<Long> waits = new CopyOnWriteArrayList<>();
        try (Wire wire = new Wire(server.port());
                RedisBuses throughWire = new RedisBuses(wire.url());
                Closeable logHandler = onWaits(waits::add)) {
            RedisBus bus = throughWire.bus(TestBusConfig.with());
            Recorder recorder = subscribe(bus);

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

    /** Reports the bus's waits before it reconnects, in milliseconds, from its log. */
    private static Closeable onWaits(Consumer<Long> waits) {
        Pattern wait = Pattern.compile("trying again in (\\d+) ms");
        Handler logHandler = new Handler() {
            @Override
            public void publish(LogRecord message) {
                Object[] parts = message.getParameters();
                Matcher found = wait.matcher(
                        parts == null
                                ? message.getMessage()
                                : message.getMessage().formatted(parts));
                if (found.find()) {
                    waits.accept(Long.valueOf(found.group(1)));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(ReconnectingConnection.class.getName());
        logger.addHandler(logHandler);
        return () -> logger.removeHandler(logHandler);
    }
}
