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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HeartbeatsTest {

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final AtomicLong left = new AtomicLong(Heartbeats.NEVER);
    private final List<Long> slots = new ArrayList<>();

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    private Heartbeats heartbeats() {
        return new Heartbeats(loop, TestConfig.of(ChatConfig.class), left::get);
    }

    /** Connection that records its drain slot. */
    private final class RecordingConnection implements Heartbeats.Connection {

        @Override
        public void tick(boolean heartbeat, long nowNanos) {}

        @Override
        public void drain(long slotMillis, long patienceMillis) {
            assertTrue(slotMillis + patienceMillis <= left.get(), "closed within the remaining time");
            slots.add(slotMillis);
        }
    }

    @Test
    void allConnectionsAreDrainedInTurnAndLaterOnesSoonAfter() {
        Heartbeats heartbeats = heartbeats();
        for (int i = 0; i < 75; i++) {
            heartbeats.add(new RecordingConnection());
        }
        assertEquals(List.of(), slots);
        left.set(10_000);
        heartbeats.drain();
        slots.sort(null);
        for (int i = 0; i < 75; i++) {
            assertEquals(i * 100L, slots.get(i));
        }
        heartbeats.add(new RecordingConnection());
        assertEquals(76, slots.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, 1, 0})
    void aConnectionOnANewEventLoopIsDrainedWithinTheRemainingTime(long millis) {
        left.set(millis);
        heartbeats().add(new RecordingConnection());
        assertEquals(1, slots.size());
    }
}
