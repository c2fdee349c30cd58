package io.liveline.chat;

import java.util.ArrayList;
import java.util.List;

import io.liveline.testing.TestConfig;
import io.netty.channel.DefaultEventLoop;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HeartbeatsTest {

    /** A connection that remembers when its turn comes. */
    private static final class Seen implements Heartbeats.Beating {

        private final List<Long> slots;

        private Seen(List<Long> slots) {
            this.slots = slots;
        }

        @Override
        public void tick(boolean heartbeat, long nowNanos) {}

        @Override
        public void seeOff(long slotMillis, long patienceMillis) {
            assertTrue(slotMillis + patienceMillis <= 10_000, "gone within the time that is left");
            slots.add(slotMillis);
        }
    }

    @Test
    void allAreSeenOffOneAfterTheOtherAndWhoComesMeanwhileTooSoon() {
        DefaultEventLoop loop = new DefaultEventLoop();
        try {
            Heartbeats heartbeats = new Heartbeats(loop, TestConfig.of(ChatConfig.class));
            List<Long> slots = new ArrayList<>();
            for (int i = 0; i < 75; i++) {
                heartbeats.add(new Seen(slots));
            }
            heartbeats.drain(10_000);
            slots.sort(null);
            for (int i = 0; i < 75; i++) {
                assertEquals(i * 100L, slots.get(i));
            }
            heartbeats.add(new Seen(slots));
            assertEquals(76, slots.size());
        } finally {
            loop.shutdownGracefully();
        }
    }
}
