package io.liveline.presence;

import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PollTest {

    private final HeldRoom room = new HeldRoom(new RoomName("lobby"), null, 0);

    @Test
    void whoKnowsSomethingElseIsToldNothingBeforeTheReplicaHasCaughtUpSinceTheAsking() {
        Poll poll = new Poll(room, null, "\"other\"", 25, 0, false, null);
        long begunBefore = room.ticket() - 1;
        assertFalse(poll.mayBeTold(begunBefore));
        assertTrue(poll.mayBeTold(begunBefore + 1));
    }

    @Test
    void whoKnowsNothingOrWaitsForTheNextIsToldAtOnce() {
        assertTrue(new Poll(room, null, null, 25, 0, false, null).mayBeTold(0));
        Poll settled = new Poll(room, null, "\"other\"", 25, 0, false, null);
        settled.settle();
        assertTrue(settled.mayBeTold(0));
    }
}
