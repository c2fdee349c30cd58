package io.liveline.edge.contract;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ActivityEventTest {

    private static List<ActivityFact> facts(String event) {
        return ActivityEvent.parse(new Event(new Cursor("abc", 1), 5, event));
    }

    @Test
    void anUnreadableFactDoesNotAffectOthers() {
        for (String bad :
                List.of("\"a b\":{\"cursor\":\"e-1\",\"messages\":1}", "\"den\":{}", "\"den\":3", "\"den\":null")) {
            assertThat(facts("{\"rooms\":{" + bad + ",\"lobby\":{\"cursor\":\"e-9\",\"messages\":7}}}"))
                    .as(bad)
                    .isEqualTo(List.of(new ActivityFact.Posts("lobby", new Cursor("e", 9), 7, 5)));
            assertThat(facts("{\"presence\":{" + bad + ",\"lobby\":{\"cursor\":\"e-9\",\"online\":3,\"typing\":1}}}"))
                    .as(bad)
                    .isEqualTo(List.of(new ActivityFact.People("lobby", new Cursor("e", 9), 3, 1)));
        }
        assertThat(facts("{\"replica\":\"r\",\"connections\":{\"pigeon\":1,\"longpoll\":\"many\",\"sse\":2}}"))
                .isEqualTo(List.of(new ActivityFact.Connections("r", "sse", 2)));
    }

    @Test
    void factsAreReadAsTheyWerePublished() {
        List<ActivityFact> facts = List.of(
                new ActivityFact.Posts("lobby", new Cursor("e", 9), 7, 5),
                new ActivityFact.Posts("den", new Cursor("e", 2), 1, 5),
                new ActivityFact.People("lobby", new Cursor("p", 4), 3, 1),
                new ActivityFact.Connections("r", "sse", 2),
                new ActivityFact.Connections("r", "websocket", 0));
        assertThat(facts(ActivityEvent.of(facts).data())).isEqualTo(facts);
    }

    @Test
    void anEventOfALaterVersionIsRejectedAndOneOfTheSameIsReadWithItsUnknownFields() {
        String rest = ",\"new\":[],\"replica\":\"r\",\"connections\":{\"sse\":2}}";
        assertThat(facts("{\"v\":1" + rest)).isEqualTo(List.of(new ActivityFact.Connections("r", "sse", 2)));
        assertThatThrownBy(() -> facts("{\"v\":2" + rest)).isInstanceOf(IllegalArgumentException.class);
        for (String malformed : List.of("null", "[]", "{\"v\":\"1\"}", "{\"rooms\":3}")) {
            assertThatThrownBy(() -> facts(malformed)).as(malformed).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
