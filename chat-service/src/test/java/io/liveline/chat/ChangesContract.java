package io.liveline.chat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Page;
import io.liveline.edge.Problem;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What both stores of changes promise. */
abstract class ChangesContract {

    /** How many events the logs of these tests keep. */
    static final int KEPT = 20;

    private static final AtomicInteger ROOMS = new AtomicInteger();

    private final RoomName room = new RoomName("changes" + ROOMS.incrementAndGet());

    abstract EventBus bus();

    abstract Changes changes();

    private static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(30));
    }

    private Cursor say(String text) {
        return get(bus().publish(room.messages(), Draft.of("{\"type\":\"message\",\"text\":\"" + text + "\"}")));
    }

    private Cursor change(Cursor message, String text) {
        return get(changes().change(room, message, new Changes.Now(text), "{\"type\":\"edited\",\"t\":1}"));
    }

    @Test
    void aChangeIsAnEventOfTheLogAndIsRemembered() {
        Cursor one = say("one");
        Cursor two = say("two");

        Cursor event = change(one, "eins");

        assertEquals(two.at(3), event);
        Page page = get(bus().read(room.messages(), two, 10));
        assertEquals("{\"type\":\"edited\",\"t\":1}", page.events().get(0).data());
        assertEquals(Map.of(one, new Changes.Now("eins")), get(changes().of(room, List.of(one, two))));
        assertEquals(new Changes.Posts(event, 2), get(changes().posts(room)));
        assertEquals(0, get(changes().posts(new RoomName("silent"))).count());
    }

    @Test
    void theLastChangeCountsAndADeletionIsForEver() {
        Cursor one = say("one");
        change(one, "a");
        change(one, "d");
        assertEquals(Map.of(one, new Changes.Now("d")), get(changes().of(room, List.of(one))));
        Cursor end = change(one, null);

        Problem refused = assertThrows(Problem.class, () -> change(one, "back"));

        assertEquals("deleted", refused.code());
        assertEquals(Map.of(one, new Changes.Now(null)), get(changes().of(room, List.of(one))));
        assertEquals(end, get(bus().read(room.messages(), end, 10)).end(), "nothing was told");
        assertEquals(new Changes.Posts(end, 1), get(changes().posts(room)));
    }

    @Test
    void whatTheLogHasLetGoIsForgottenAndWhatItHasIsNot() {
        Cursor last = null;
        for (int i = 0; i < 3 * KEPT; i++) {
            last = say("m" + i);
            change(last, "e" + i);
        }
        assertEquals(
                Map.of(last, new Changes.Now("e" + (3 * KEPT - 1))),
                get(changes().of(room, List.of(last))));
        assertEquals(
                new Changes.Posts(last.at(6L * KEPT), 3 * KEPT), get(changes().posts(room)));
        assertEquals(Map.of(), get(changes().of(room, List.of(last.at(1)))));
        assertEquals(Map.of(), get(changes().of(room, List.of())));
    }
}
