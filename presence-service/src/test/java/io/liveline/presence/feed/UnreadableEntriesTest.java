package io.liveline.presence.feed;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Events of other replicas with an entry that this replica cannot read: the other entries are kept. */
class UnreadableEntriesTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final List<String> BAD = List.of(
            "{\"user\":\"a\\nb\",\"name\":\"a\",\"state\":\"active\",\"since\":1}",
            "{\"user\":null,\"name\":\"a\",\"state\":\"active\",\"since\":1}",
            "{}",
            "null",
            "3");

    private static List<ChatMembershipConsumer.Step> connected(String lease, String rooms) {
        String event = "{\"replica\":\"chat-1\",\"lease_ms\":" + lease + ",\"rooms\":" + rooms + "}";
        return ChatMembershipConsumer.parse(new Event(new Cursor("abc", 1), 0, event));
    }

    @Test
    void chatMembershipsKeepTheirReadableEntries() {
        String ann = "{\"user\":\"ann\",\"name\":\"Ann\"}";
        for (String bad : BAD) {
            List<ChatMembershipConsumer.Step> steps =
                    connected("1000", "{\"a b\":[],\"lobby\":[" + bad + "," + ann + "],\"den\":3}");
            assertThat(steps).as(bad).hasSize(1);
            assertThat(steps.get(0).room()).isEqualTo(new RoomName("lobby"));
            assertThat(steps.get(0).command().people()).as(bad).isEqualTo(List.of(ANN));
        }
        assertThatThrownBy(() -> connected("-1", "{\"lobby\":[" + ann + "]}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rosterChangesKeepTheirReadableEntries() {
        String ann = "{\"user\":\"ann\",\"name\":\"Ann\",\"state\":\"away\",\"since\":7}";
        for (String bad : BAD) {
            RosterChange change =
                    RosterChange.parse("{\"here\":[" + bad + "," + ann + "],\"typing\":[" + bad + "," + ann + "]}");
            assertThat(change.here()).as(bad).isEqualTo(List.of(new Presence(ANN, Presence.State.AWAY, 7)));
            assertThat(change.typing()).as(bad).isEqualTo(List.of(ANN));
        }
    }
}
