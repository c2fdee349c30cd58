package io.liveline.dashboard;

import io.liveline.bus.EventBus;
import io.liveline.bus.RedisBus;
import io.liveline.bus.RedisBuses;
import io.liveline.bus.RedisCluster;
import io.liveline.bus.TestBusConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** On a real Redis Cluster. */
class RedisClusterCountersTest extends CounterStoreContract {

    private static RedisCluster cluster;
    private static RedisBuses buses;
    private static RedisBus bus;

    private final CounterStore store = new RedisCounters(bus, CONFIG);

    @BeforeAll
    static void start() {
        cluster = RedisCluster.launch();
        buses = new RedisBuses(cluster::options, 10);
        bus = buses.bus(TestBusConfig.standard());
    }

    @AfterAll
    static void stop() {
        buses.close();
        cluster.close();
    }

    @BeforeEach
    void empty() {
        cluster.masters().forEach(master -> master.command("FLUSHALL"));
    }

    @Override
    EventBus bus() {
        // Another one than the others had: none has listened before the cluster was emptied.
        return bus = buses.bus(TestBusConfig.standard());
    }

    @Override
    CounterStore store() {
        return store;
    }

    @Override
    long now() {
        return System.currentTimeMillis();
    }
}
