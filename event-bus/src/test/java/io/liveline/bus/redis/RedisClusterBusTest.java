package io.liveline.bus.redis;

import java.time.Duration;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusState;
import io.liveline.bus.EventBus;
import io.liveline.bus.EventBusContract;
import io.liveline.bus.Recorder;
import io.liveline.bus.Retention;
import io.liveline.testing.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

/** Contract of the bus on a Redis Cluster of three masters, one of which has a replica. */
class RedisClusterBusTest extends EventBusContract {

    private static RedisCluster cluster;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.launch();
        buses = new RedisBuses(cluster::options, 2);
    }

    @AfterAll
    static void stop() {
        buses.close();
        cluster.close();
    }

    @Override
    public EventBus bus(BusConfig config, Retention retention) {
        return buses.bus(config, retention);
    }

    @Test
    void anIdleClusterStaysLive() {
        Recorder recorder = subscribe(bus());
        recorder.awaitState(BusState.LIVE);
        int states = recorder.all(BusState.class).size();

        await().during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(20))
                .until(() -> recorder.all(BusState.class).size() == states);
    }
}
