package io.liveline.chat.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.liveline.chat.ChatConfig;
import io.liveline.testing.TestConfig;
import io.netty.channel.DefaultEventLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HeartbeatsTest {

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final AtomicLong left = new AtomicLong(Heartbeats.NEVER);
    private final List<Long> slots = new ArrayList<>();

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    private Heartbeats heartbeats() {
        return new Heartbeats(left::get)
                .start(loop, TestConfig.of(ChatConfig.class).heartbeat());
    }

    /** Connection that records its drain slot. */
    private final class RecordingConnection implements Heartbeats.Connection {

        @Override
        public void tick(boolean heartbeat, long nowNanos) {}

        @Override
        public void drain(long slotMillis, long patienceMillis) {
            assertThat(slotMillis + patienceMillis)
                    .as("closed within the remaining time")
                    .isLessThanOrEqualTo(left.get());
            slots.add(slotMillis);
        }
    }

    @Test
    void allConnectionsAreDrainedInTurnAndLaterOnesSoonAfter() {
        Heartbeats heartbeats = heartbeats();
        for (int i = 0; i < 75; i++) {
            heartbeats.add(new RecordingConnection());
        }
        assertThat(slots).isEmpty();
        left.set(10_000);
        heartbeats.drain();
        slots.sort(null);
        for (int i = 0; i < 75; i++) {
            assertThat(slots.get(i)).isEqualTo(i * 100L);
        }
        heartbeats.add(new RecordingConnection());
        assertThat(slots).hasSize(76);
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, 1, 0})
    void aConnectionOnANewEventLoopIsDrainedWithinTheRemainingTime(long millis) {
        left.set(millis);
        heartbeats().add(new RecordingConnection());
        assertThat(slots).hasSize(1);
    }
}
