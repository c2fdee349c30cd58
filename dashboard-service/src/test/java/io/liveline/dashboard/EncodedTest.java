package io.liveline.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.bus.Cursor;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

/** What a stream is told, byte by byte: a change of it is a change of a file. */
class EncodedTest {

    private static final Cursor AT = Cursor.parse("k3f9x2ab-1042");
    private static final List<Counter> COUNTERS = List.of(
            new Counter("orders.eu", Long.MAX_VALUE, AT.at(7)), new Counter("température:~@-_", -5, AT.at(1042)));

    @Test
    void aSnapshotIsAsAgreed() {
        assertGolden("snapshot", Encoded.snapshot(new Board.Changes(AT, COUNTERS, true), false));
    }

    @Test
    void aResetIsAsAgreed() {
        assertGolden("reset", Encoded.snapshot(new Board.Changes(AT, List.of(), true), true));
    }

    @Test
    void aChangeIsAsAgreed() {
        assertGolden("change", Encoded.change(new Board.Changes(AT, COUNTERS.subList(1, 2), false)));
    }

    @Test
    void nothingIsToldWhenNothingChanged() {
        assertNull(Encoded.change(new Board.Changes(AT, List.of(), false)).bytes());
    }

    private static void assertGolden(String name, Encoded encoded) {
        try (InputStream file = EncodedTest.class.getResourceAsStream("golden/" + name + ".sse")) {
            assertEquals(
                    new String(file.readAllBytes(), StandardCharsets.UTF_8),
                    encoded.bytes().toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertEquals(AT, encoded.position());
    }
}
