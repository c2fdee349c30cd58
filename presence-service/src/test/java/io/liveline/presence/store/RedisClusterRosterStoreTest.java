package io.liveline.presence.store;

import java.time.Duration;
import java.util.List;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.app.RedisClock;
import io.liveline.testing.RedisCluster;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Roster store on a real Redis Cluster, whose clocks advance together; rooms and their index are at different nodes.
 */
class RedisClusterRosterStoreTest extends RosterStoreContract {

    private static RedisCluster cluster;
    private static Vertx vertx;
    private static RedisBus bus;
    private static List<RedisClock> clocks;

    private final RosterStore store = store(config);

    @BeforeAll
    static void start() {
        cluster = RedisCluster.launch();
        clocks = cluster.masters().stream().map(RedisClock::new).toList();
        vertx = Vertx.vertx();
        bus = RedisBus.connect(
                vertx, cluster.options(), TestConfig.of(BusConfig.class), new BusMeters(new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        cluster.close();
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    RosterStore store() {
        return store;
    }

    @Override
    RosterStore store(PresenceConfig config) {
        return new RedisRosterStore(bus, config);
    }

    @Override
    void pass(Duration time) {
        // The room must be in the index before it can be due.
        sweep();
        clocks.forEach(clock -> clock.pass(time.toMillis(), false));
    }

    @Override
    long now() {
        return System.currentTimeMillis();
    }

    @Override
    long clockMillis() {
        return clocks.get(0).millis();
    }
}
