package io.liveline.dashboard.counter;

import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CounterNameTest {

    @Test
    void theCounterOfTheLongestRoomCanBeSelectedAndThoseOfClientsAreShorter() {
        String ofRoom = "chat.messages." + "r".repeat(RoomName.MAX_LENGTH);
        assertThat(CounterSelection.of(ofRoom, 1).match(ofRoom)).isTrue();
        assertThatThrownBy(() -> CounterSelection.of(ofRoom + "r", 1)).isInstanceOf(ProblemException.class);

        assertThat(CounterName.ofClient("x".repeat(128)).text()).hasSize(128);
        assertThatThrownBy(() -> CounterName.ofClient("x".repeat(129))).isInstanceOf(ProblemException.class);
    }
}
