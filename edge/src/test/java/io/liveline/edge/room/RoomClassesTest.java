package io.liveline.edge.room;

import java.time.Duration;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Retention;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.liveline.testing.TestConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RoomClassesTest {

    private static final BusConfig BUS = TestConfig.of(BusConfig.class);

    private static RoomClasses classes(String... settings) {
        return new RoomClasses(TestConfig.of(RoomConfig.class, settings), BUS);
    }

    private static RoomClass of(RoomClasses classes, String room) {
        return classes.of(new RoomName(room));
    }

    @Test
    void aRoomOfNoClassAcceptsAllKindsShowsTypingAndHasTheRetentionOfTheBus() {
        RoomClass lobby = of(classes("\"order-*\".typing", "false"), "lobby");

        assertThat(lobby.kinds().isAll()).isTrue();
        assertThat(lobby.typing()).isTrue();
        assertThat(lobby.history()).isEqualTo(Retention.Bounds.of(BUS));
    }

    @ParameterizedTest
    @CsvSource({"order-7,1", "order-vip-7,2", "order-vip-1,3", "order-,1", "order,4", "lobby,4", "orders.2026,5"})
    void theMostSpecificPatternDecidesInWhateverOrderTheyAreWritten(String room, int length) {
        RoomClasses classes = classes(
                "\"*\".history.length", "4",
                "\"order-*\".history.length", "1",
                "order-vip-1.history.length", "3",
                "\"order-vip-*\".history.length", "2",
                "\"orders.2026\".history.length", "5");

        assertThat(of(classes, room).history().length()).isEqualTo(length);
    }

    @Test
    void aRoomHasNothingFromLessSpecificPatterns() {
        RoomClass order = of(classes("\"*\".typing", "false", "\"order-*\".kinds", "order.paid"), "order-7");

        assertThat(order.acceptsKind("order.paid")).isTrue();
        assertThat(order.typing()).isTrue();
    }

    @Test
    void theRetentionOfAClassIsThatOfTheMessagesOfItsRoomsOnly() {
        RoomClasses classes = classes(
                "\"order-*\".history.length", "50", "\"order-*\".history.age", "PT48H", "\"*\".typing", "false");

        assertThat(classes.of(new RoomName("order-7").messages()))
                .isEqualTo(new Retention.Bounds(50, Duration.ofHours(48)));
        assertThat(classes.of(new RoomName("lobby").messages())).isEqualTo(Retention.Bounds.of(BUS));
        assertThat(classes.of(new RoomName("order-7").presence())).isEqualTo(Retention.Bounds.of(BUS));
        assertThat(classes.of(new Topic("counters"))).isEqualTo(Retention.Bounds.of(BUS));
    }

    @Test
    void kindsArePatterns() {
        RoomClass order = of(classes("\"order-*\".kinds", "order.*,note"), "order-7");

        assertThat(order.kinds().match("order.paid")).isTrue();
        assertThat(order.kinds().match("note")).isTrue();
        assertThat(order.kinds().match("note.other")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"or*der\".typing|true|liveline.chat.rooms.\"or*der\" is no name",
                "\"a b\".typing|true|liveline.chat.rooms.\"a b\" is no name",
                "\"..\".typing|true|liveline.chat.rooms.\"..\" is no name",
                "lobby.history.length|0|liveline.chat.rooms.\"lobby\".history.length is 0: it must be 1 or more",
                "lobby.history.age|0s|liveline.chat.rooms.\"lobby\".history.age must be longer than 0",
                "lobby.history.age|8d|not longer than liveline.bus.history.cursor-life",
                "lobby.kinds|order.*,or*er|liveline.chat.rooms.\"lobby\".kinds contains 'or*er'",
                "lobby.kinds|order..paid|liveline.chat.rooms.\"lobby\".kinds contains 'order..paid'",
                "lobby.kinds|order paid*|liveline.chat.rooms.\"lobby\".kinds contains 'order paid*'"
            })
    void whatIsWrongIsRejectedInOneLine(String key, String value, String message) {
        assertThatThrownBy(() -> classes(key, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order", "order.paid", "a-b_c.D9.e", "x"})
    void aKindIsADottedName(String kind) {
        assertThat(MessageKind.isKind(kind)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "order.", ".paid", "order..paid", "order paid", "order.*", "öl", "a\n", "a\"b"})
    void otherTextsAreNoKinds(String kind) {
        assertThat(MessageKind.isKind(kind)).isFalse();
    }

    @Test
    void aKindHasAtMost64Characters() {
        assertThat(MessageKind.isKind("k".repeat(64))).isTrue();
        assertThat(MessageKind.isKind("k".repeat(65))).isFalse();
    }
}
