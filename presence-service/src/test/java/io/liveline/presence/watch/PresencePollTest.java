package io.liveline.presence.watch;

import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PresencePollTest {

    private final WatchedRooms rooms = new WatchedRooms(null, null, null, null, null, null, null);
    private final WatchedRoom room = new WatchedRoom(new RoomName("lobby"), rooms, 0);

    @Test
    void aClientWithOtherStateIsNotAnsweredBeforeTheReplicaHasCaughtUpSinceItsRequest() {
        PresencePoll poll = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        long startedBefore = room.ticket() - 1;
        assertThat(poll.mayBeAnswered(startedBefore)).isFalse();
        assertThat(poll.mayBeAnswered(startedBefore + 1)).isTrue();
    }

    @Test
    void aClientWithoutStateOrWithConfirmedStateIsAnsweredAtOnce() {
        assertThat(new PresencePoll(room, null, null, 25, 0, false, null).mayBeAnswered(0))
                .isTrue();
        PresencePoll confirmed = new PresencePoll(room, null, "\"other\"", 25, 0, false, null);
        confirmed.confirm();
        assertThat(confirmed.mayBeAnswered(0)).isTrue();
    }
}
