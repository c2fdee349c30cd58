package io.liveline.presence.watch;

import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PresencePollTest {

    private final WatchedRoom room = new WatchedRoom(new RoomName("lobby"), null, 0);

    @Test
    void aClientWithOtherStateIsNotAnsweredBeforeTheReplicaHasCaughtUpSinceItsRequest() {
        PresencePoll poll = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        long startedBefore = room.ticket() - 1;
        assertFalse(poll.mayBeAnswered(startedBefore));
        assertTrue(poll.mayBeAnswered(startedBefore + 1));
    }

    @Test
    void aClientWithoutStateOrWithConfirmedStateIsAnsweredAtOnce() {
        assertTrue(new PresencePoll(room, null, null, 25, 0, false, null).mayBeAnswered(0));
        PresencePoll confirmed = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        confirmed.confirm();
        assertTrue(confirmed.mayBeAnswered(0));
    }
}
