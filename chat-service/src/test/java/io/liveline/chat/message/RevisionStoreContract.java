package io.liveline.chat.message;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.Page;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.gate.RawJson;
import io.smallrye.mutiny.Uni;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Contract test of both stores of message changes. */
abstract class RevisionStoreContract {

    /** Number of events that the logs of these tests keep. */
    static final int KEPT = 20;

    private static final AtomicInteger ROOMS = new AtomicInteger();

    private final RoomName room = new RoomName("changes" + ROOMS.incrementAndGet());

    abstract EventBus bus();

    abstract RevisionStore changes();

    private static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(30));
    }

    private Cursor post(String text) {
        return get(bus().publish(room.messages(), Draft.of("{\"type\":\"message\",\"text\":\"" + text + "\"}")));
    }

    private Cursor edit(Cursor message, String text) {
        return get(edit(message, text, null));
    }

    private Uni<Cursor> edit(Cursor message, String text, String key) {
        String event = "{\"type\":\"edited\",\"message\":\"" + message + "\"}";
        return changes()
                .edit(
                        room,
                        message,
                        MessageContent.text(text),
                        key == null ? Draft.of(event) : Draft.of(key, text, event));
    }

    private Cursor delete(Cursor message) {
        return get(changes().delete(room, message, MessageEvents.delete(data(message)), Draft.of(deletion(message))));
    }

    private static String deletion(Cursor message) {
        return "{\"type\":\"deleted\",\"message\":\"" + message + "\"}";
    }

    private String data(Cursor message) {
        return get(bus().read(room.messages(), message.at(message.offset() - 1), 1))
                .events()
                .get(0)
                .data();
    }

    /** Returns the data of every event of the log. */
    private List<String> log() {
        return get(bus().read(room.messages(), null, 1000)).events().stream()
                .map(Event::data)
                .toList();
    }

    @Test
    void aChangeIsAnEventOfTheLogAndTheMessageHasTheCurrentText() {
        Cursor one = post("one");
        Cursor two = post("two");
        List<Event> before = get(bus().read(room.messages(), null, 10)).events();

        Cursor event = edit(one, "eins");

        assertThat(event).isEqualTo(two.at(3));
        Page page = get(bus().read(room.messages(), null, 10));
        assertThat(page.complete()).isTrue();
        assertThat(page.events().stream().map(Event::data).toList())
                .isEqualTo(List.of(
                        "{\"type\":\"message\",\"text\":\"eins\",\"edited\":true}",
                        "{\"type\":\"message\",\"text\":\"two\"}",
                        "{\"type\":\"edited\",\"message\":\"" + one + "\",\"text\":\"eins\"}"));
        assertThat(page.events().get(0).cursor()).isEqualTo(before.get(0).cursor());
        assertThat(page.events().get(0).timeMillis()).isEqualTo(before.get(0).timeMillis());
        assertThat(get(bus().readBack(room.messages(), null, 10)).events()).isEqualTo(page.events());
        assertThat(get(changes().posts(room))).isEqualTo(new RevisionStore.Posts(event, 2));
        assertThat(get(changes().posts(new RoomName("silent"))).count()).isEqualTo(0);
    }

    @Test
    void aChangeWithAKeyIsMadeOnce() {
        Cursor one = post("one");
        Cursor first = get(edit(one, "a", "key-a"));
        Cursor later = edit(one, "b");

        Cursor repeated = get(edit(one, "a", "key-a"));

        assertThat(repeated).isEqualTo(first);
        assertThat(data(one)).as("a late repetition does not undo a later edit").contains("\"b\"");
        assertThat(get(bus().read(room.messages(), later, 10)).events()).isEmpty();
        assertThat(get(edit(one, "a", "key-b"))).isEqualTo(later.at(later.offset() + 1));
    }

    @Test
    void aKeyThatWasUsedForAnotherChangeIsRejected() {
        Cursor one = post("one");
        Cursor first = get(edit(one, "a", "key"));

        assertThatThrownBy(() -> get(edit(one, "b", "key"))).isInstanceOf(KeyReusedException.class);
        assertThatThrownBy(() -> get(changes()
                        .delete(room, one, MessageEvents.delete(data(one)), Draft.of("key", "deleted", deletion(one)))))
                .isInstanceOf(KeyReusedException.class);

        assertThat(data(one)).contains("\"a\"");
        assertThat(get(edit(one, "a", "key"))).isEqualTo(first);
        assertThat(log()).hasSize(2);
    }

    /** Texts and data that contain what separates the parts of a message. */
    static Stream<Arguments> edits() {
        String nested = "{\"kind\":\"x\",\"kind\":\"y.z\",\"data\":{\"a\":[{}]},\"text\":\"t\",\"edited\":true}";
        String hostile = "\\\",\\\"kind\\\":\\\"k\\\",\\\"data\\\":{},\\\"edited\\\":true}\\\\";
        String typed = ",\"kind\":\"a.b\",\"data\":" + nested;
        String text = "\"text\":\"1\"";
        String other = "\"text\":\"2\"";
        String odd = "\"text\":\"" + hostile + "\"";
        String data = ",\"data\":" + nested;
        String kind = ",\"kind\":\"c.d\"";
        return Stream.of(
                arguments(text, content("2", null, null), other, "", ""),
                arguments(text + typed, content("2", null, null), other, typed, ""),
                arguments(odd + typed, content(null, null, "{}"), odd, ",\"kind\":\"a.b\",\"data\":{}", ",\"data\":{}"),
                arguments("\"text\":\"\"" + data, content("2", "c.d", null), other, kind + data, kind),
                arguments(odd, content(null, "c.d", nested), odd, kind + data, kind + data),
                arguments(text + kind, content("2", null, nested), other, kind + data, data));
    }

    private static MessageContent content(String text, String kind, String data) {
        return new MessageContent(text, kind, data == null ? null : new RawJson(data, 1));
    }

    @ParameterizedTest
    @MethodSource("edits")
    void anEditReplacesWhatItNamesAndLeavesTheRestExactlyAsItIs(
            String before, MessageContent content, String text, String typed, String changed) {
        String start = "{\"type\":\"message\",\"room\":\"r\",";
        Cursor one = get(bus().publish(room.messages(), Draft.of(start + before + "}")));
        String event = "{\"type\":\"edited\",\"message\":\"" + one + "\"";
        for (int times = 1; times <= 2; times++) {
            get(changes().edit(room, one, content, Draft.of(event + "}")));

            assertThat(data(one)).isEqualTo(start + text + typed + ",\"edited\":true}");
            assertThat(log().get(times)).isEqualTo(event + "," + text + changed + "}");
        }
    }

    @Test
    void theLastChangeCountsAndADeletionIsFinal() {
        Cursor one = post("one");
        edit(one, "a");
        edit(one, "d");
        assertThat(data(one)).isEqualTo("{\"type\":\"message\",\"text\":\"d\",\"edited\":true}");
        Cursor end = delete(one);

        for (ThrowingCallable change : List.<ThrowingCallable>of(() -> edit(one, "back"), () -> delete(one))) {
            assertThat(catchThrowableOfType(ProblemException.class, change).code())
                    .isEqualTo("deleted");
        }

        assertThat(data(one)).isEqualTo("{\"type\":\"message\",\"deleted\":true,\"text\":\"\"}");
        assertThat(get(bus().read(room.messages(), end, 10)).end())
                .as("no event was published")
                .isEqualTo(end);
        assertThat(get(changes().posts(room))).isEqualTo(new RevisionStore.Posts(end, 1));
    }

    @Test
    void aDeletedMessageAndItsEditsHaveNoText() {
        Cursor other = post("other");
        Cursor secret = post("secret");
        edit(secret, "secret 2");
        edit(other, "another");
        edit(secret, "secret 3");
        delete(secret);
        assertThat(log())
                .isEqualTo(List.of(
                        "{\"type\":\"message\",\"text\":\"another\",\"edited\":true}",
                        "{\"type\":\"message\",\"deleted\":true,\"text\":\"\"}",
                        deletion(secret),
                        "{\"type\":\"edited\",\"message\":\"" + other + "\",\"text\":\"another\"}",
                        deletion(secret),
                        deletion(secret)));
    }

    /** The oldest events of the log may all be replaced ones. */
    @Test
    void aReaderUpToReplacedEventsMissesNothing() {
        Cursor one = post("one");
        Cursor two = post("two");
        delete(one);
        delete(two);
        for (Cursor after : List.of(one.at(0), one, two, two.at(3), two.at(4))) {
            Page page = get(bus().read(room.messages(), after, 10));
            assertThat(page.complete()).as(after + "").isTrue();
            assertThat(page.events().size()).isEqualTo(4 - after.offset());
            assertThat(page.start()).isEqualTo(after);
        }
        List<Event> all = get(bus().read(room.messages(), null, 10)).events();
        for (int limit = 1; limit <= 4; limit++) {
            assertThat(get(bus().read(room.messages(), null, limit)).events()).isEqualTo(all.subList(0, limit));
            assertThat(get(bus().readBack(room.messages(), null, limit)).events())
                    .isEqualTo(all.subList(4 - limit, 4));
            assertThat(get(bus().readBack(room.messages(), two.at(4), limit)).events())
                    .isEqualTo(all.subList(Math.max(0, 3 - limit), 3));
        }
    }

    @Test
    void changesOfTrimmedEventsAreRemovedAndTheOthersAreKept() {
        Cursor last = null;
        for (int i = 0; i < 3 * KEPT; i++) {
            last = post("m" + i);
            edit(last, "e" + i);
        }
        Page page = get(bus().read(room.messages(), null, 1000));
        assertThat(page.events()).hasSize(KEPT);
        assertThat(page.events().get(0).data())
                .isEqualTo("{\"type\":\"message\",\"text\":\"e" + (3 * KEPT - KEPT / 2) + "\",\"edited\":true}");
        assertThat(get(changes().posts(room))).isEqualTo(new RevisionStore.Posts(last.at(6L * KEPT), 3 * KEPT));
        Cursor reached = last.at(6L * KEPT - KEPT);
        assertThat(get(bus().read(room.messages(), reached, 1)).complete()).isTrue();
        assertThat(get(bus().read(room.messages(), reached.at(reached.offset() - 1), 1))
                        .complete())
                .isFalse();
    }
}
