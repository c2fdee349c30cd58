package io.liveline.dashboard.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.Counter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Golden files of the encoded events: a change of the format is a change of a file. */
class EncodedEventTest {

    private static final Cursor AT = Cursor.parse("k3f9x2ab-1042");
    private static final List<Counter> COUNTERS = List.of(
            new Counter("orders.eu", Long.MAX_VALUE, AT.at(7)), new Counter("température:~@-_", -5, AT.at(1042)));

    @Test
    void aSnapshotMatchesItsGoldenFile() {
        assertGolden("snapshot", EncodedEvent.snapshot(new CounterBoard.Changes(AT, COUNTERS, true), false));
    }

    @Test
    void aResetMatchesItsGoldenFile() {
        assertGolden("reset", EncodedEvent.snapshot(new CounterBoard.Changes(AT, List.of(), true), true));
    }

    @Test
    void aChangeMatchesItsGoldenFile() {
        assertGolden("change", EncodedEvent.change(new CounterBoard.Changes(AT, COUNTERS.subList(1, 2), false)));
    }

    @Test
    void anEmptyChangeMatchesItsGoldenFile() {
        assertGolden("empty", EncodedEvent.change(new CounterBoard.Changes(AT, List.of(), false)));
    }

    private static void assertGolden(String name, EncodedEvent encoded) {
        try (InputStream file = EncodedEventTest.class.getResourceAsStream("golden/" + name + ".sse")) {
            assertThat(encoded.bytes().toString(StandardCharsets.UTF_8))
                    .isEqualTo(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThat(encoded.position()).isEqualTo(AT);
    }
}
