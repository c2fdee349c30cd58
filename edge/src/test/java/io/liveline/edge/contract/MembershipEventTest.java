package io.liveline.edge.contract;

import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MembershipEventTest {

    private static final Person ANN = new Person("ann", "Ann");

    private static MembershipEvent parse(String rooms) {
        String announcement = "{\"replica\":\"chat-1\",\"lease_ms\":1000,\"rooms\":" + rooms + "}";
        return MembershipEvent.parse(new Event(new Cursor("abc", 1), 0, announcement));
    }

    @Test
    void anUnreadablePersonDoesNotAffectTheOthers() {
        for (String bad :
                List.of("{\"user\":\"a\\nb\",\"name\":\"a\"}", "{\"user\":null,\"name\":\"a\"}", "{}", "null", "3")) {
            assertThat(parse("{\"lobby\":[" + bad + ",{\"user\":\"ann\",\"name\":\"Ann\"}]}")
                            .rooms())
                    .as(bad)
                    .isEqualTo(Map.of(new RoomName("lobby"), List.of(ANN)));
        }
    }

    @Test
    void anUnreadableRoomDoesNotAffectTheOthers() {
        for (String bad : List.of("\"a b\":[]", "\"..\":[]", "\"den\":{}", "\"den\":null")) {
            assertThat(parse("{" + bad + ",\"lobby\":[{\"user\":\"ann\",\"name\":\"Ann\"}]}")
                            .rooms())
                    .as(bad)
                    .isEqualTo(Map.of(new RoomName("lobby"), List.of(ANN)));
        }
    }

    @Test
    void otherJsonIsRejected() {
        for (String bad : List.of("null", "[]", "7")) {
            assertThatThrownBy(() -> parse(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
