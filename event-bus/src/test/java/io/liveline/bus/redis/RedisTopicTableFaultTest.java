package io.liveline.bus.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.table.TableSnapshot;
import io.liveline.bus.table.TopicTable;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Tables on Redis servers that restart, lose data or reject writes. */
class RedisTopicTableFaultTest extends RedisFaultFixture {

    private static final String KEYS = "ll:{fault}:";

    private static <T> T get(Uni<T> uni) {
        return uni.await().atMost(LONG);
    }

    @Test
    void aTableSurvivesARestartAndAPutMadeMeanwhileIsAppliedAfterIt() {
        TopicTable table = bus().table();
        Recorder recorder = subscribe(bus());
        Cursor before = get(table.put(topic, "a", "1"));

        server.kill();
        recorder.awaitState(BusState.DEGRADED);
        CompletableFuture<Cursor> meanwhile = table.put(topic, "b", "2").subscribeAsCompletionStage();
        server.start();

        Cursor after = meanwhile.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(after).isEqualTo(before.at(2));
        assertThat(get(table.snapshot(topic))).isEqualTo(new TableSnapshot(after, Map.of("a", "1", "b", "2")));
        await().atMost(LONG).until(() -> recorder.all(Event.class).size() == 2);
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void aTableThatRedisLostIsReportedAsAGapToANewEpoch() {
        TopicTable table = bus().table();
        Recorder recorder = subscribe(bus());
        Cursor before = get(table.put(topic, "a", "1"));
        await().atMost(LONG).until(() -> recorder.all(Event.class).size() == 1);

        server.kill();
        server.loseData();
        server.start();

        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        TableSnapshot snapshot = get(table.snapshot(topic));
        assertThat(snapshot.entries()).isEmpty();
        assertThat(snapshot.cursor().sameLife(before)).isFalse();
        assertThat(recorder.all(Gap.class).get(0).resume()).isEqualTo(snapshot.cursor());
    }

    @Test
    void aTableOutlivesTheLogAndTheEpochOfItsTopic() {
        RedisBus bus = bus();
        Cursor before = get(bus.table().put(topic, "a", "1"));

        server.command("DEL", KEYS + "head", KEYS + "log");

        TableSnapshot snapshot = get(bus.table().snapshot(topic));
        assertThat(snapshot.entries()).isEqualTo(Map.of("a", "1"));
        assertThat(snapshot.cursor().sameLife(before)).isFalse();
        Page page = get(bus.read(topic, before, 10));
        assertThat(page.complete()).isFalse();
        assertThat(page.end()).isEqualTo(snapshot.cursor());
    }

    @ParameterizedTest
    @CsvSource({"maxmemory,OOM", "min-replicas-to-write,NOREPLICAS"})
    void aRedisThatRejectsWritesIsUnavailableForChangesAndItsTablesCanStillBeRead(String limit, String error) {
        RedisBus bus = bus();
        TopicTable table = bus.table();
        get(table.put(topic, "a", "1"));
        get(table.put(topic, "ends", "1", Optional.of(Duration.ofMillis(1))));
        await().until(() -> get(table.snapshot(topic)).entries().equals(Map.of("a", "1")));
        TableSnapshot before = get(table.snapshot(topic));
        server.command("CONFIG", "SET", limit, "1");
        try {
            for (Uni<Cursor> call : List.of(
                    table.put(topic, "a", "2"),
                    table.put(topic, "b", "1"),
                    table.put(topic, "a", "1", Optional.of(Duration.ofHours(1))),
                    table.remove(topic, "a"),
                    table.expire(topic))) {
                assertThatThrownBy(() -> get(call))
                        .isInstanceOf(BusUnavailableException.class)
                        .hasMessageContaining(error);
            }
            assertThat(get(table.snapshot(topic))).isEqualTo(before);
            assertThat(get(bus.read(topic, null, 10)).end()).isEqualTo(before.cursor());
        } finally {
            server.command("CONFIG", "SET", limit, "0");
        }
        get(table.put(topic, "a", "2"));
        assertThat(get(table.snapshot(topic)).entries()).isEqualTo(Map.of("a", "2"));
    }

    @Test
    void anErrorInTheMiddleOfAChangeLeavesTheTableAsItIs() {
        RedisBus bus = buses.bus(TestBusConfig.with());
        TopicTable table = bus.table();
        get(table.put(topic, "a", "1"));
        get(table.put(topic, "b", "1", Optional.of(Duration.ofHours(1))));
        Map<String, String> before = get(table.snapshot(topic)).entries();
        String ends = server.command("ZSCORE", KEYS + "table:ends", "b");
        // Redis cannot append to a key of another type: the script fails after its first writes.
        server.command("SET", KEYS + "log", "not a stream");

        for (Uni<Cursor> call : List.of(
                table.put(topic, "a", "2"),
                table.put(topic, "c", "1"),
                table.put(topic, "b", "2"),
                table.remove(topic, "b"))) {
            assertThatThrownBy(() -> get(call)).hasMessageContaining("WRONGTYPE");
        }

        assertThat(get(table.snapshot(topic)).entries()).isEqualTo(before);
        assertThat(server.command("ZSCORE", KEYS + "table:ends", "b")).isEqualTo(ends);
    }

    @Test
    void puttingAValueForGoodCancelsItsExpiryAndRemovingItForgetsTheTime() {
        TopicTable table = bus().table();
        get(table.put(topic, "a", "1", Optional.of(Duration.ofHours(1))));
        get(table.put(topic, "b", "1", Optional.of(Duration.ofHours(1))));
        assertThat(server.command("ZCARD", KEYS + "table:ends")).startsWith(":2");

        get(table.put(topic, "a", "1"));
        get(table.remove(topic, "b"));

        assertThat(server.command("EXISTS", KEYS + "table:ends")).startsWith(":0");
        get(table.remove(topic, "a"));
        assertThat(server.command("EXISTS", KEYS + "table")).startsWith(":0");
    }
}
