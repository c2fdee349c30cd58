package io.liveline.presence.feed;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
            assertEquals(1, steps.size(), bad);
            assertEquals(new RoomName("lobby"), steps.get(0).room());
            assertEquals(List.of(ANN), steps.get(0).command().people(), bad);
        }
        assertThrows(IllegalArgumentException.class, () -> connected("-1", "{\"lobby\":[" + ann + "]}"));
    }

    @Test
    void rosterChangesKeepTheirReadableEntries() {
        String ann = "{\"user\":\"ann\",\"name\":\"Ann\",\"state\":\"away\",\"since\":7}";
        for (String bad : BAD) {
            RosterChange change =
                    RosterChange.parse("{\"here\":[" + bad + "," + ann + "],\"typing\":[" + bad + "," + ann + "]}");
            assertEquals(List.of(new Presence(ANN, Presence.State.AWAY, 7)), change.here(), bad);
            assertEquals(List.of(ANN), change.typing(), bad);
        }
    }
}
