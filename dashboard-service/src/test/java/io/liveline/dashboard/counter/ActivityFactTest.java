package io.liveline.dashboard.counter;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ActivityFactTest {

    private static List<ActivityFact> facts(String event) {
        return ActivityFact.of(new Event(new Cursor("abc", 1), 5, event));
    }

    @Test
    void anUnreadableFactDoesNotAffectOthers() {
        for (String bad :
                List.of("\"a b\":{\"cursor\":\"e-1\",\"messages\":1}", "\"den\":{}", "\"den\":3", "\"den\":null")) {
            assertEquals(
                    List.of(new ActivityFact.Posts("lobby", "e", 7, 5)),
                    facts("{\"rooms\":{" + bad + ",\"lobby\":{\"cursor\":\"e-9\",\"messages\":7}}}"),
                    bad);
            assertEquals(
                    List.of(new ActivityFact.People("lobby", new Cursor("e", 9), 3, 1)),
                    facts("{\"presence\":{" + bad + ",\"lobby\":{\"cursor\":\"e-9\",\"online\":3,\"typing\":1}}}"),
                    bad);
        }
        assertEquals(
                List.of(new ActivityFact.Connections("r", "sse", 2)),
                facts("{\"replica\":\"r\",\"connections\":{\"pigeon\":1,\"longpoll\":\"many\",\"sse\":2}}"));
    }
}
