package io.liveline.dashboard.store;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.testing.RedisCluster;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Counter store on a real Redis Cluster. */
class RedisClusterCounterStoreTest extends CounterStoreContract {

    private static RedisCluster cluster;
    private static Vertx vertx;
    private static RedisBus bus;

    private final CounterStore store = new RedisCounterStore(bus, CONFIG);

    @BeforeAll
    static void start() {
        cluster = RedisCluster.launch();
        vertx = Vertx.vertx();
        bus = connect();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        cluster.close();
    }

    @BeforeEach
    void empty() {
        cluster.masters().forEach(master -> master.command("FLUSHALL"));
    }

    @Override
    EventBus bus() {
        // A new bus for each test, because none may have subscribed before the cluster was emptied.
        return bus = connect();
    }

    private static RedisBus connect() {
        return RedisBus.connect(
                vertx, cluster.options(), TestConfig.of(BusConfig.class), new BusMeters(new SimpleMeterRegistry()));
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
