package io.liveline.chat.room;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Page;
import io.liveline.chat.message.MessageEvents;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of deletions in lines that members have not received yet. */
class LineRingTest {

    private static final RoomName ROOM = new RoomName("ring");
    private static final Person ANN = new Person("ann", "ann");
    private static final Cursor START = new Cursor("life", 0);
    private static final String SAID = "{\"type\":\"message\",\"room\":\"ring\",\"id\":\"1\",\"author\":\"ann\","
            + "\"name\":\"ann\",\"text\":\"%s\"}";
    private static final List<Event> EVENTS = List.of(
            new Event(START.at(1), 10, SAID.formatted("other")),
            new Event(
                    START.at(2), 20, SAID.formatted("secret\",\"kind\":\"a.b\",\"data\":{\"a\":\"secret\"},\"x\":\"")),
            new Event(START.at(3), 30, edited(2, "secret 2")),
            new Event(START.at(4), 40, edited(1, "another")));
    private static final EncodedLine DELETION =
            EncodedLine.of(new Event(START.at(5), 50, MessageEvents.deleted(ROOM, ANN, START.at(2), null)));

    private static String edited(long message, String text) {
        return "{\"type\":\"edited\",\"room\":\"ring\",\"message\":\"" + START.at(message)
                + "\",\"author\":\"ann\",\"name\":\"ann\",\"text\":\"" + text + "\"}";
    }

    private static LineRing page() {
        return LineRing.of(new Page(EVENTS, START.at(4), true), START);
    }

    private static String lines(LineRing ring) {
        StringBuilder lines = new StringBuilder();
        for (long position = ring.first(); position < ring.end(); position++) {
            lines.append(new String(ring.at(position).json(), StandardCharsets.UTF_8))
                    .append('\n');
        }
        return lines.toString();
    }

    private static void assertErased(LineRing ring) {
        assertThat(lines(ring)).doesNotContain("secret");
        assertThat(lines(ring)).contains("\"text\":\"other\"", "\"text\":\"another\"");
        assertThat(ring.end() - ring.first()).isEqualTo(4);
        assertThat(ring.cursor(2)).isEqualTo(START.at(2));
        assertThat(new String(ring.at(2).json(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"type\":\"deleted\",\"cursor\":\"life-3\",\"time\":30,\"room\":\"ring\",\"message\":\"life-2\","
                                + "\"author\":\"ann\",\"name\":\"ann\"}");
    }

    @Test
    void aDeletedMessageAndItsEditsKeepTheirPositionsAndHaveNoText() {
        LineRing ring = page();
        ring.erase(DELETION);
        assertErased(ring);
        ring.erase(DELETION);
        assertErased(ring);
    }

    @Test
    void aPageReadBeforeADeletionAndDeliveredAfterItHasNoText() {
        LineRing room = new LineRing(10, 10_000, START.at(4));
        room.add(DELETION);
        LineRing late = page();
        late.eraseDeletionsOf(room);
        assertErased(late);
    }
}
