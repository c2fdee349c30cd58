package io.liveline.bus;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a Redis Cluster of three masters. */
class RedisClusterBusTest extends EventBusContract {

    private static RedisCluster cluster;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.launch();
        buses = new RedisBuses(cluster::options);
    }

    @AfterAll
    static void stop() {
        buses.close();
        cluster.close();
    }

    @Override
    EventBus bus(TestBusConfig config) {
        return buses.bus(config);
    }
}
