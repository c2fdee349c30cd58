package io.liveline.presence.watch;

import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PresencePollTest {

    private final WatchedRoom room = new WatchedRoom(new RoomName("lobby"), null, 0);

    @Test
    void whoKnowsSomethingElseIsToldNothingBeforeTheReplicaHasCaughtUpSinceTheAsking() {
        PresencePoll poll = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        long begunBefore = room.ticket() - 1;
        assertFalse(poll.mayBeTold(begunBefore));
        assertTrue(poll.mayBeTold(begunBefore + 1));
    }

    @Test
    void whoKnowsNothingOrWaitsForTheNextIsToldAtOnce() {
        assertTrue(new PresencePoll(room, null, null, 25, 0, false, null).mayBeTold(0));
        PresencePoll settled = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        settled.settle();
        assertTrue(settled.mayBeTold(0));
    }
}
