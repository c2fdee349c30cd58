package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BroadcastDecoderTest {

    @Test
    void eachEventHasItsCursorAndItsData() {
        assertThat(parse("5,0,3 k3f9-41 1700000000000 ä b, 1 "))
                .containsExactly(
                        new Event(new Cursor("k3f9", 41), 1_700_000_000_000L, "ä b,"),
                        new Event(new Cursor("k3f9", 42), 1_700_000_000_000L, ""),
                        new Event(new Cursor("k3f9", 43), 1_700_000_000_000L, " 1 "));
        assertThat(parse("0 k-1 1 ")).containsExactly(new Event(new Cursor("k", 1), 1, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "k-1 1700000000000 {\"of\":\"a build before\"}",
                "1 k-1",
                "1 k-1 1",
                "1 k-1 1 ",
                "1 k-1 1 ab",
                "2 k-1 1 a",
                "-1 k-1 1 a",
                "x k-1 1 a",
                "1,x k-1 1 a",
                "1 K-1 1 a",
                "1 k-1 then a",
                "1 k-9007199254740991 1 ab"
            })
    void messagesInAnotherFormatAreRejected(String message) {
        assertThatThrownBy(() -> parse(message)).isInstanceOf(RuntimeException.class);
    }

    private static List<Event> parse(String message) {
        return BroadcastDecoder.parse(message.getBytes(StandardCharsets.UTF_8));
    }
}
