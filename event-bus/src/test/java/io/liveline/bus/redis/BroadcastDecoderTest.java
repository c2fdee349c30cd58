package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class BroadcastDecoderTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final BroadcastDecoder decoder = new BroadcastDecoder(new BusMeters(registry));

    @ParameterizedTest
    @ValueSource(strings = {"", "+"})
    void eachEventOfTheOwnVersionAndTheOneBeforeHasItsCursorAndItsData(String mark) {
        assertThat(decode(mark + "5,0,3 k3f9-41 1700000000000 ä b, 1 "))
                .contains(List.of(
                        new Event(new Cursor("k3f9", 41), 1_700_000_000_000L, "ä b,"),
                        new Event(new Cursor("k3f9", 42), 1_700_000_000_000L, ""),
                        new Event(new Cursor("k3f9", 43), 1_700_000_000_000L, " 1 ")));
        assertThat(decode(mark + "0 k-1 1 ")).contains(List.of(new Event(new Cursor("k", 1), 1, "")));
        assertThat(unreadable("newer") + unreadable("malformed")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3 1 k-1 1 a", "v3 ", "v12 {\"data\":[]}"})
    void newerVersionsAreCountedAsSuch(String message) {
        assertThat(decode(message)).isEmpty();
        assertThat(unreadable("newer")).isOne();
        assertThat(unreadable("malformed")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "+",
                "v",
                "v3",
                "v 1 k-1 1 a",
                "v2 1 k-1 1 a",
                "v1 1 k-1 1 a",
                "version 3",
                "hello",
                "k-1 1700000000000 {\"of\":\"a build before\"}",
                "1 k-1",
                "1 k-1 1",
                "1 k-1 1 ",
                "+1 k-1 1 ab",
                "2 k-1 1 a",
                "-1 k-1 1 a",
                "x k-1 1 a",
                "1,x k-1 1 a",
                "1 K-1 1 a",
                "1 k-1 then a",
                "1 k-9007199254740991 1 ab"
            })
    void messagesInAnotherFormatAreCountedAsMalformed(String message) {
        assertThat(decode(message)).isEmpty();
        assertThat(unreadable("malformed")).isOne();
        assertThat(unreadable("newer")).isZero();
    }

    private Optional<List<Event>> decode(String message) {
        return decoder.decode(new Topic("t"), message.getBytes(StandardCharsets.UTF_8));
    }

    private double unreadable(String reason) {
        return registry.get("liveline.bus.unreadable")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
