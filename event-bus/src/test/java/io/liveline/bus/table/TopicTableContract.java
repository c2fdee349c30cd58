package io.liveline.bus.table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.store.StoreSelection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Contract of the tables of every transport. A subclass creates the bus; each test has its own topic. */
public abstract class TopicTableContract {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Optional<Duration> SHORT = Optional.of(Duration.ofMillis(1));

    protected final Topic topic = new Topic("table:" + NUMBER.incrementAndGet());
    private final EventBus bus = bus(TestBusConfig.with("table.max-keys", "150", "table.max-value-bytes", "100"));
    private final TopicTable table = StoreSelection.table(bus);

    /** Returns the bus to test, with this configuration. */
    protected abstract EventBus bus(BusConfig config);

    /** Returns a bus on the same store, as another replica has it. */
    protected abstract EventBus replica(EventBus bus, BusConfig config);

    protected static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(30));
    }

    private Recorder subscribe() {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        return recorder;
    }

    private Map<String, String> entries() {
        return get(table.snapshot(topic)).entries();
    }

    /** Returns all changes so far, from the log. */
    private List<TableChange> changes() {
        return get(bus.read(topic, null, 5000)).events().stream()
                .map(event -> TableChange.decode(event.data()))
                .toList();
    }

    private static TableChange put(String key, String value) {
        return new TableChange(key, Optional.of(value));
    }

    private static TableChange removal(String key) {
        return new TableChange(key, Optional.empty());
    }

    @Test
    void aSnapshotHasTheNewestValuesAndTheCursorAtWhichTheyHold() {
        Cursor empty = get(table.snapshot(topic)).cursor();
        get(table.put(topic, "a", "1"));
        get(table.put(topic, "b", "2"));
        Cursor removed = get(table.remove(topic, "b"));
        Cursor last = get(table.put(topic, "a", "3"));

        assertThat(get(table.snapshot(topic))).isEqualTo(new TableSnapshot(last, Map.of("a", "3")));
        assertThat(List.of(removed, last)).containsExactly(empty.at(3), empty.at(4));
        assertThat(changes()).containsExactly(put("a", "1"), put("b", "2"), removal("b"), put("a", "3"));
    }

    @Test
    void aFollowerReceivesEachChangeAfterItsSnapshotExactlyOnce() {
        get(table.put(topic, "a", "1"));
        Recorder recorder = subscribe();
        get(table.put(topic, "b", "1"));
        TableSnapshot snapshot = get(table.snapshot(topic));
        get(table.put(topic, "a", "2"));
        get(table.remove(topic, "b"));
        Cursor last = get(table.put(topic, "c", "3"));

        awaitCursor(recorder, last);
        List<Event> after = recorder.all(Event.class).stream()
                .filter(event -> event.cursor().offset() > snapshot.cursor().offset())
                .toList();
        assertThat(after.stream().map(event -> TableChange.decode(event.data())))
                .containsExactly(put("a", "2"), removal("b"), put("c", "3"));
        assertThat(replay(snapshot.entries(), after, last)).isEqualTo(entries()).isEqualTo(Map.of("a", "2", "c", "3"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aSnapshotDuringWritesOfTwoReplicasEqualsTheReplayOfTheEventsUpToItsCursor(long seed) {
        TopicTable other = StoreSelection.table(replica(bus, TestBusConfig.with()));
        Recorder recorder = subscribe();
        List<TableSnapshot> snapshots = new ArrayList<>();

        CompletableFuture<?> writes = CompletableFuture.allOf(write(table, seed), write(other, seed + 100));
        do {
            snapshots.add(get(table.snapshot(topic)));
            snapshots.add(get(other.snapshot(topic)));
        } while (!writes.isDone());
        writes.orTimeout(30, TimeUnit.SECONDS).join();
        Cursor last = get(table.put(topic, "last", "last"));

        awaitCursor(recorder, last);
        List<Event> events = recorder.all(Event.class);
        assertThat(recorder.all(Gap.class)).isEmpty();
        assertThat(events.stream().map(event -> event.cursor().offset()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, last.offset()).boxed().toList());
        for (TableSnapshot snapshot : snapshots) {
            assertThat(replay(Map.of(), events, snapshot.cursor())).isEqualTo(snapshot.entries());
        }
        assertThat(replay(Map.of(), events, last)).isEqualTo(entries());
    }

    /** Writes at random to few keys, so that puts and removes without effect are among them. */
    private CompletableFuture<List<Cursor>> write(TopicTable to, long seed) {
        Random random = new Random(seed);
        return Multi.createFrom()
                .range(0, 150)
                .onItem()
                .transformToUniAndConcatenate(i -> {
                    String key = "k" + random.nextInt(6);
                    return random.nextInt(3) == 0 ? to.remove(topic, key) : to.put(topic, key, "v" + random.nextInt(4));
                })
                .collect()
                .asList()
                .subscribeAsCompletionStage();
    }

    private static Map<String, String> replay(Map<String, String> from, List<Event> events, Cursor end) {
        Map<String, String> entries = new HashMap<>(from);
        events.stream()
                .filter(event -> event.cursor().offset() <= end.offset())
                .forEach(event -> TableChange.decode(event.data()).applyTo(entries));
        return entries;
    }

    private static void awaitCursor(Recorder recorder, Cursor cursor) {
        await().until(() -> recorder.all(Event.class).stream()
                .anyMatch(event -> event.cursor().equals(cursor)));
    }

    @Test
    void aPutOfTheSameValueAndARemoveOfAnAbsentKeyPublishNothing() {
        Cursor first = get(table.put(topic, "a", "1"));
        Cursor second = get(table.put(topic, "b", "1"));

        assertThat(get(table.put(topic, "a", "1"))).isEqualTo(second);
        assertThat(get(table.remove(topic, "absent"))).isEqualTo(second);
        assertThat(get(table.expire(topic))).isEqualTo(second);

        assertThat(first).isEqualTo(second.at(1));
        assertThat(changes()).containsExactly(put("a", "1"), put("b", "1"));
    }

    @Test
    void anyTextIsAKeyAndAValueOfItsOwn() {
        List<String> texts = List.of(
                "",
                " ",
                "a",
                "A",
                "a:b",
                "{a}",
                "a\u0000b",
                "a\u0000",
                "line\r\nline",
                "\"quoted\\\"",
                "a/b",
                "\u00e9",
                "e\u0301",
                "漢字 🙂",
                "\u2028",
                "1e3",
                "1000",
                "x".repeat(TableChange.MAX_KEY_LENGTH));
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            String value = texts.get(i).length() > 100 ? "long" : texts.get(i) + i;
            expected.put(texts.get(i), value);
            get(table.put(topic, texts.get(i), value));
        }

        assertThat(entries()).isEqualTo(expected);
        Map<String, String> replayed = new HashMap<>();
        changes().forEach(change -> change.applyTo(replayed));
        assertThat(replayed).isEqualTo(expected);
        texts.forEach(key -> get(table.remove(topic, key)));
        assertThat(entries()).isEmpty();
        assertThat(changes()).hasSize(2 * texts.size()).endsWith(removal(texts.get(texts.size() - 1)));
    }

    @Test
    void aTopicsTableIsItsOwn() {
        Topic other = new Topic(topic.name() + ":other");
        get(table.put(topic, "a", "here"));
        get(table.put(other, "a", "there"));
        get(table.remove(topic, "a"));

        assertThat(entries()).isEmpty();
        assertThat(get(table.snapshot(other)).entries()).isEqualTo(Map.of("a", "there"));
    }

    @Test
    void aFullTableRejectsANewKeyAndTakesChangesOfTheOthers() {
        fill(150, Optional.empty());
        Cursor full = get(table.snapshot(topic)).cursor();

        assertThatThrownBy(() -> get(table.put(topic, "one more", "1")))
                .isInstanceOf(TableFullException.class)
                .hasMessageContaining("150");
        assertThat(get(table.snapshot(topic)).cursor()).isEqualTo(full);

        get(table.put(topic, "k0", "changed"));
        get(table.remove(topic, "k1"));
        assertThat(get(table.put(topic, "one more", "1"))).isEqualTo(full.at(full.offset() + 3));
        assertThat(entries()).hasSize(150).containsEntry("one more", "1").doesNotContainKey("k1");
    }

    @Test
    void argumentsBeyondTheLimitsAreRejectedAndChangeNothing() {
        Cursor before = get(table.put(topic, "a", "ü".repeat(50)));
        List<Uni<Cursor>> invalid = List.of(
                table.put(topic, "a", "ü".repeat(50) + "x"),
                table.put(topic, "x".repeat(TableChange.MAX_KEY_LENGTH + 1), "1"),
                table.remove(topic, "x".repeat(TableChange.MAX_KEY_LENGTH + 1)),
                table.put(topic, "\ud83d", "1"),
                table.put(topic, "a", "\ude42\ud83d"),
                table.put(topic, "a", "1", Optional.of(Duration.ZERO)),
                table.put(topic, "a", "1", Optional.of(Duration.ofSeconds(Long.MAX_VALUE))));
        for (Uni<Cursor> call : invalid) {
            assertThatThrownBy(() -> get(call)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(get(table.snapshot(topic))).isEqualTo(new TableSnapshot(before, Map.of("a", "ü".repeat(50))));
    }

    @Test
    void anExpiredEntryIsAbsentAndItsRemovalIsPublishedOnce() {
        get(table.put(topic, "stays", "1", Optional.of(Duration.ofDays(36_500))));
        get(table.put(topic, "ends", "1", SHORT));

        await().until(() -> entries().equals(Map.of("stays", "1")));
        Cursor removed = get(table.expire(topic));
        assertThat(get(table.expire(topic))).isEqualTo(removed);
        assertThat(get(table.remove(topic, "ends"))).isEqualTo(removed);

        assertThat(changes()).containsExactly(put("stays", "1"), put("ends", "1"), removal("ends"));
    }

    @Test
    void anyChangePublishesTheRemovalOfExpiredEntriesFirst() {
        get(table.put(topic, "one", "1", SHORT));
        await().until(() -> entries().isEmpty());
        get(table.put(topic, "two", "2", SHORT));
        await().until(() -> entries().isEmpty());
        get(table.remove(topic, "absent"));

        assertThat(changes()).containsExactly(put("one", "1"), removal("one"), put("two", "2"), removal("two"));
    }

    @Test
    void aPutOfTheSameValueAfterItsExpiryIsAChangeAndARemoveOfAnExpiredKeyIsOne() {
        get(table.put(topic, "a", "1", SHORT));
        await().until(() -> entries().isEmpty());
        get(table.put(topic, "a", "1"));
        assertThat(entries()).isEqualTo(Map.of("a", "1"));
        get(table.put(topic, "b", "1", SHORT));
        await().until(() -> entries().equals(Map.of("a", "1")));
        get(table.remove(topic, "b"));

        assertThat(changes()).containsExactly(put("a", "1"), put("a", "1"), put("b", "1"), removal("b"));
    }

    @Test
    void aPutOfTheSameValueReplacesItsTimeToLiveAndPublishesNothing() {
        Cursor put = get(table.put(topic, "a", "1", Optional.of(Duration.ofHours(1))));
        assertThat(get(table.put(topic, "a", "1", SHORT))).isEqualTo(put);

        await().until(() -> entries().isEmpty());
        get(table.expire(topic));

        assertThat(changes()).containsExactly(put("a", "1"), removal("a"));
    }

    @Test
    void anExpiredEntryMakesRoomInAFullTable() {
        fill(149, Optional.empty());
        get(table.put(topic, "ends", "1", SHORT));
        await().until(() -> entries().size() == 149);

        get(table.put(topic, "new", "1"));

        assertThat(entries()).hasSize(150).containsEntry("new", "1");
        assertThat(changes()).hasSize(152).endsWith(removal("ends"), put("new", "1"));
    }

    @Test
    void expiredEntriesAreRemovedABoundedNumberAtATime() {
        fill(150, Optional.of(Duration.ofSeconds(1)));
        await().until(() -> entries().isEmpty());
        // On a slow machine, puts removed those that had expired by then.
        List<TableChange> before = changes();
        int left = (int) (150
                - before.stream().filter(change -> change.value().isEmpty()).count());

        get(table.put(topic, "new", "1"));

        assertThat(entries()).isEqualTo(Map.of("new", "1"));
        int now = Math.min(left, TopicTable.EXPIRED_AT_ONCE);
        assertThat(changes()).hasSize(before.size() + now + 1).endsWith(put("new", "1"));
        get(table.expire(topic));
        assertThat(changes()).hasSize(301);
    }

    private void fill(int keys, Optional<Duration> timeToLive) {
        get(Uni.join()
                .all(IntStream.range(0, keys)
                        .mapToObj(i -> table.put(topic, "k" + i, "v" + i, timeToLive))
                        .toList())
                .andFailFast());
    }
}
