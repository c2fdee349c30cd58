package io.liveline.bus.redis;

import java.time.Duration;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.testing.RedisSentinel;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Fail-over of a Redis with sentinels. */
class RedisSentinelTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Topic topic = new Topic("sentinel");

    @Test
    void whenTheMasterDiesItsReplicaTakesOverAndNothingReplicatedIsLost() {
        try (RedisSentinel redis = RedisSentinel.launch();
                RedisBuses buses = new RedisBuses(redis::options, 10)) {
            failOver(buses.bus(TestBusConfig.with()), redis.master());
        }
    }

    private void failOver(RedisBus bus, RedisServer master) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        publish(bus, "before");
        assertThat(master.command("WAIT", "1", "5000")).startsWith(":1");

        master.kill();

        recorder.awaitState(BusState.DEGRADED);
        publish(bus, "after");
        recorder.awaitState(BusState.LIVE);
        recorder.awaitEvent("after");
        assertThat(recorder.data()).containsExactly("before", "after");
    }

    private void publish(EventBus bus, String data) {
        bus.publish(topic, Draft.of(data, data))
                .onFailure(BusUnavailableException.class)
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofMillis(200))
                .indefinitely()
                .await()
                .atMost(LONG);
    }
}
