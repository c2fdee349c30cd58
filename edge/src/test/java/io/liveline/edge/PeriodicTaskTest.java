package io.liveline.edge;

import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.DefaultEventLoop;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PeriodicTaskTest {

    @Test
    void aFailedTaskRunsAgain() {
        DefaultEventLoop loop = new DefaultEventLoop();
        try {
            AtomicInteger times = new AtomicInteger();
            PeriodicTask.every(loop, 1, () -> {
                if (times.incrementAndGet() == 1) {
                    throw new IllegalStateException("the first time");
                }
            });
            Awaitility.await().until(() -> times.get() >= 3);
        } finally {
            loop.shutdownGracefully();
        }
    }
}
