package io.liveline.bus;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Contract of the log of every bus: publishing, reading, idempotency keys and limits. */
public abstract class EventLogContract {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    public final Topic topic = new Topic("contract:" + NUMBER.incrementAndGet());

    /** Returns the bus to test. */
    public abstract EventBus bus(BusConfig config, Retention retention);

    public EventBus bus(BusConfig config) {
        return bus(config, Retention.same(config));
    }

    public EventBus bus() {
        return bus(TestBusConfig.with());
    }

    public static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(30));
    }

    public Cursor publish(EventBus bus, String data) {
        return get(bus.publish(topic, Draft.of(data)));
    }

    List<Cursor> publishAll(EventBus bus, String prefix, int count) {
        return get(Multi.createFrom()
                .range(0, count)
                .onItem()
                .transformToUniAndConcatenate(i -> bus.publish(topic, Draft.of(prefix + i)))
                .collect()
                .asList());
    }

    public Recorder subscribe(EventBus bus) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        return recorder;
    }

    static List<String> data(Page page) {
        return page.events().stream().map(Event::data).toList();
    }

    static List<String> numbered(String prefix, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
    }

    @Test
    void publishedEventsAreReadInOrderWithConsecutiveOffsets() {
        EventBus bus = bus();
        List<Cursor> cursors = publishAll(bus, "e", 10);

        Page page = get(bus.read(topic, null, 100));

        assertThat(data(page)).isEqualTo(numbered("e", 0, 10));
        assertThat(page.events().stream().map(Event::cursor)).isEqualTo(cursors);
        assertThat(cursors.stream().map(Cursor::offset)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(page.end()).isEqualTo(cursors.get(9));
        assertThat(page.complete()).isTrue();
    }

    @Test
    void dataIsReturnedUnchanged() {
        EventBus bus = bus();
        List<String> unusual =
                List.of("", " ", "a b  c", "line\nline\r\n", "\u0000\u0001", "ünï – 漢字 🙂", "{\"a\":[1]}");
        Recorder recorder = subscribe(bus);
        unusual.forEach(data -> publish(bus, data));

        recorder.awaitEvent(unusual.get(unusual.size() - 1));
        assertThat(recorder.data()).isEqualTo(unusual);
        assertThat(data(get(bus.read(topic, null, 100)))).isEqualTo(unusual);
    }

    @Test
    void aReaderContinuesAfterItsCursor() {
        EventBus bus = bus();
        List<Cursor> cursors = publishAll(bus, "e", 10);

        Page page = get(bus.read(topic, cursors.get(3), 4));

        assertThat(data(page)).isEqualTo(numbered("e", 4, 8));
        assertThat(page.complete()).isTrue();
        assertThat(page.start()).isEqualTo(cursors.get(3));
        assertThat(page.end()).isEqualTo(cursors.get(9));
    }

    @Test
    void aReaderAtTheEndGetsNothingAndIsComplete() {
        EventBus bus = bus();
        Cursor last = publish(bus, "only");

        Page page = get(bus.read(topic, last, 10));

        assertThat(page.events()).isEmpty();
        assertThat(page.complete()).isTrue();
    }

    @Test
    void thePositionOfAnEmptyTopicStaysValid() {
        EventBus bus = bus();
        Page empty = get(bus.read(topic, null, 10));
        assertThat(empty.events()).isEmpty();

        publish(bus, "first");

        Page page = get(bus.read(topic, empty.end(), 10));
        assertThat(page.complete()).isTrue();
        assertThat(data(page)).containsExactly("first");
    }

    @Test
    void readingBackReturnsTheNewestPageFirst() {
        EventBus bus = bus();
        publishAll(bus, "e", 10);

        Page newest = get(bus.readBack(topic, null, 4));
        Page before = get(bus.readBack(topic, newest.events().get(0).cursor(), 4));
        Page first = get(bus.readBack(topic, before.events().get(0).cursor(), 4));

        assertThat(data(newest)).isEqualTo(numbered("e", 6, 10));
        assertThat(data(before)).isEqualTo(numbered("e", 2, 6));
        assertThat(data(first)).isEqualTo(numbered("e", 0, 2));
        assertThat(Stream.of(newest, before, first)).allMatch(Page::complete);
    }

    @Test
    void historyIsBoundedByLengthAndAReaderThatFellBehindIsNotified() {
        EventBus bus = bus(TestBusConfig.with("history.length", "5", "history.age", "1h"));
        List<Cursor> cursors = publishAll(bus, "e", 12);

        Page behind = get(bus.read(topic, cursors.get(2), 100));
        Page justReached = get(bus.read(topic, cursors.get(6), 100));

        assertThat(behind.complete()).isFalse();
        assertThat(data(behind)).isEqualTo(numbered("e", 7, 12));
        assertThat(justReached.complete()).isTrue();
        assertThat(data(justReached)).isEqualTo(numbered("e", 7, 12));
    }

    @Test
    void aCursorOfAnotherLifeIsRecognised() {
        EventBus bus = bus();
        Cursor cursor = publish(bus, "e");
        Cursor other = new Cursor("otherlife", cursor.offset());

        assertThat(get(bus.read(topic, other, 10)).complete()).isFalse();
        assertThat(get(bus.readBack(topic, other, 10)).complete()).isFalse();
    }

    @Test
    void aCursorBeyondTheEndIsAnsweredAsIncomplete() {
        EventBus bus = bus();
        Cursor last = publish(bus, "e");

        assertThat(get(bus.read(topic, last.at(last.offset() + 1), 10)).complete())
                .isFalse();
        assertThat(get(bus.read(topic, last, 10)).complete())
                .as("the read changed nothing")
                .isTrue();
    }

    @Test
    void aRepeatedIdempotencyKeyPublishesOnceAndReturnsTheFirstCursor() {
        EventBus bus = bus();
        Cursor first = get(bus.publish(topic, Draft.of("key", "one")));
        publish(bus, "between");

        Cursor again = get(bus.publish(topic, Draft.of("key", "one")));

        assertThat(again).isEqualTo(first);
        assertThat(data(get(bus.read(topic, null, 10)))).containsExactly("one", "between");
    }

    @Test
    void anIdempotencyKeyWithAnotherContentIsRejectedAndTheFirstEventStays() {
        EventBus bus = bus();
        Cursor first = get(bus.publish(topic, Draft.of("key", "one")));

        assertThatThrownBy(() -> get(bus.publish(topic, Draft.of("key", "two"))))
                .isInstanceOf(KeyReusedException.class);

        assertThat(get(bus.publish(topic, Draft.of("key", "one")))).isEqualTo(first);
        assertThat(data(get(bus.read(topic, null, 10)))).containsExactly("one");
    }

    @Test
    void repetitionsAreComparedByContentAndNotByData() {
        EventBus bus = bus();
        Cursor first = get(bus.publish(topic, Draft.of("key", "text", "text by Ann")));
        Cursor claimed = get(bus.publish(topic, Draft.first("claim", "mine")));

        assertThat(get(bus.publish(topic, Draft.of("key", "text", "text by Anna"))))
                .isEqualTo(first);
        assertThat(get(bus.publish(topic, Draft.first("claim", "yours")))).isEqualTo(claimed);
        assertThat(data(get(bus.read(topic, null, 10)))).containsExactly("text by Ann", "mine");
    }

    @Test
    void concurrentDraftsUnderOneKeyWithAnotherContentAreRejected() {
        EventBus bus = bus();
        List<String> contents = List.of("one", "two", "one", "two", "one");

        List<String> answers = get(Uni.join()
                .all(contents.stream()
                        .map(content -> bus.publish(topic, Draft.of("key", content))
                                .map(Cursor::toString)
                                .onFailure(KeyReusedException.class)
                                .recoverWithItem("rejected"))
                        .toList())
                .andFailFast());

        String first = get(bus.read(topic, null, 10)).end().toString();
        assertThat(answers).containsExactly(first, "rejected", first, "rejected", first);
        assertThat(data(get(bus.read(topic, null, 10)))).containsExactly("one");
    }

    @Test
    void concurrentPublishesUnderOneKeyAreOneEvent() {
        EventBus bus = bus();

        List<Cursor> cursors = get(Multi.createFrom()
                .range(0, 50)
                .onItem()
                .transformToUniAndMerge(i -> bus.publish(topic, Draft.of("key", "data")))
                .collect()
                .asList());

        assertThat(cursors.stream().distinct()).hasSize(1);
        assertThat(get(bus.read(topic, null, 10)).events()).hasSize(1);
    }

    @Test
    void anIdempotencyKeyAppliesToItsTopicOnly() {
        EventBus bus = bus();
        Topic other = new Topic(topic.name() + ":other");
        get(bus.publish(topic, Draft.of("key", "here")));

        get(bus.publish(other, Draft.of("key", "there")));

        assertThat(data(get(bus.read(other, null, 10)))).containsExactly("there");
    }

    @Test
    void anIdempotencyKeyIsForgottenAfterItsWindow() {
        EventBus bus = bus(TestBusConfig.with("idempotency-window", "1ms"));
        Cursor first = get(bus.publish(topic, Draft.of("key", "one")));

        org.awaitility.Awaitility.await()
                .until(() -> !get(bus.publish(topic, Draft.of("key", "one"))).equals(first));
    }

    @Test
    void anEventOverTheLimitIsRejectedAndChangesNothing() {
        EventBus bus = bus();
        String tooLarge = "ü".repeat(TestBusConfig.with().maxEventBytes() / 2 + 1);

        assertThatThrownBy(() -> publish(bus, tooLarge)).isInstanceOf(IllegalArgumentException.class);

        assertThat(get(bus.read(topic, null, 10)).events()).isEmpty();
        publish(bus, "ü".repeat(TestBusConfig.with().maxEventBytes() / 2));
    }

    @Test
    void anEventOlderThanTheHistoryIsRemoved() {
        EventBus bus = bus(TestBusConfig.with("history.length", "100", "history.age", "1s"));
        Cursor cursor = publish(bus, "old");

        org.awaitility.Awaitility.await()
                .until(() -> get(bus.read(topic, null, 10)).events().isEmpty());
        publish(bus, "new");

        assertThat(get(bus.read(topic, cursor.at(0), 10)).complete()).isFalse();
        assertThat(get(bus.read(topic, cursor, 10)).complete()).isTrue();
    }

    @Test
    void eachTopicIsTrimmedToItsOwnLength() {
        Topic other = new Topic(topic.name() + ":other");
        Retention.Bounds five = new Retention.Bounds(5, Duration.ofHours(1));
        Retention.Bounds seven = new Retention.Bounds(7, Duration.ofHours(1));
        EventBus bus = bus(TestBusConfig.with("history.length", "6"), of -> of.equals(topic) ? five : seven);
        List<Cursor> cursors = publishAll(bus, "e", 10);
        IntStream.range(0, 10).forEach(i -> get(bus.publish(other, Draft.of("e" + i))));

        assertThat(data(get(bus.read(topic, null, 100)))).isEqualTo(numbered("e", 5, 10));
        assertThat(data(get(bus.readBack(topic, null, 100)))).isEqualTo(numbered("e", 5, 10));
        assertThat(get(bus.read(topic, cursors.get(3), 100)).complete()).isFalse();
        assertThat(data(get(bus.read(other, null, 100)))).isEqualTo(numbered("e", 3, 10));
    }

    @Test
    void eachTopicLosesItsEventsAtItsOwnAge() {
        Topic other = new Topic(topic.name() + ":other");
        Retention.Bounds second = new Retention.Bounds(100, Duration.ofSeconds(1));
        Retention.Bounds hour = new Retention.Bounds(100, Duration.ofHours(1));
        EventBus bus = bus(TestBusConfig.with("history.age", "30m"), of -> of.equals(topic) ? second : hour);
        get(bus.publish(other, Draft.of("kept")));
        publish(bus, "old");

        org.awaitility.Awaitility.await()
                .until(() -> get(bus.read(topic, null, 10)).events().isEmpty());

        assertThat(data(get(bus.read(other, null, 10)))).containsExactly("kept");
    }

    @Test
    void idempotencyKeysOutliveAShortLog() {
        EventBus bus = bus(TestBusConfig.with(), of -> new Retention.Bounds(1, Duration.ofHours(1)));
        Cursor first = get(bus.publish(topic, Draft.of("key", "one")));
        IntStream.range(0, 20).forEach(i -> get(bus.publish(topic, Draft.of("key" + i, "next"))));

        assertThat(get(bus.publish(topic, Draft.of("key", "one")))).isEqualTo(first);
    }
}
