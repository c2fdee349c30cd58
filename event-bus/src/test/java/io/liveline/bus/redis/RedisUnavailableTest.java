package io.liveline.bus.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Gap;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Redis servers that do not answer or do not accept commands. */
class RedisUnavailableTest extends RedisFaultFixture {

    @Test
    void frozenServerDegradesTheBusFailsPublishesInTimeAndLosesNothing() {
        RedisBus publisher = buses.bus(TestBusConfig.with("timeout", "2s"));
        Recorder recorder = subscribe(bus());
        stream(publisher, "e", 100).join();
        recorder.awaitEvent("e99");

        server.freeze();
        long frozen = System.nanoTime();
        CompletableFuture<List<Cursor>> stream = stream(publisher, "f", 100);
        recorder.awaitState(BusState.DEGRADED);
        assertThatThrownBy(
                        () -> publisher.publish(topic, Draft.of("late")).await().atMost(LONG))
                .isInstanceOf(BusUnavailableException.class);
        await().atMost(LONG)
                .until(() -> System.nanoTime() - frozen > Duration.ofSeconds(10).toNanos());
        server.thaw();

        stream.orTimeout(60, TimeUnit.SECONDS).join();
        recorder.awaitState(BusState.LIVE);
        recorder.awaitEvent("f99");
        List<String> received = new ArrayList<>(recorder.data());
        // Its outcome was reported as unknown, and it took effect: the server read it from its socket when it was
        // thawed.
        received.remove("late");
        assertThat(received)
                .isEqualTo(Stream.concat(numbered("e", 100).stream(), numbered("f", 100).stream())
                        .toList());
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"maxmemory,OOM", "min-replicas-to-write,NOREPLICAS"})
    void aRedisThatRejectsWritesIsUnavailableForPublishesAndCanStillBeRead(String limit, String error) {
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
    void moreThanMaxPendingIsRejectedAtOnceWhileTheServerIsUnavailable() {
        RedisBus bus = buses.bus(TestBusConfig.with("max-pending", "10", "timeout", "30s"));
        bus.publish(topic, Draft.of("warm")).await().atMost(LONG);
        server.freeze();
        List<CompletableFuture<Cursor>> waiting = IntStream.range(0, 10)
                .mapToObj(i -> bus.publish(topic, Draft.of("e" + i)).subscribeAsCompletionStage())
                .toList();

        assertThatThrownBy(
                        () -> bus.publish(topic, Draft.of("one more")).await().atMost(Duration.ofSeconds(5)))
                .isInstanceOf(BusUnavailableException.class)
                .hasMessageContaining("overloaded");

        server.thaw();
        waiting.forEach(answer -> answer.orTimeout(30, TimeUnit.SECONDS).join());
    }

    @Test
    void aTopicThatCannotCatchUpDoesNotBlockTheBus() {
        RedisBus bus = buses.bus(TestBusConfig.with("max-pending", "0"));
        bus.subscribe(topic, new Recorder());
        await().atMost(LONG)
                .until(() -> server.command("PUBSUB", "CHANNELS", "ll:{fault}").contains("ll:{fault}"));

        assertThatThrownBy(() -> bus.publish(topic, Draft.of("late")).await().atMost(Duration.ofSeconds(5)))
                .isInstanceOf(BusUnavailableException.class);
    }
}
