package io.liveline.bus.redis;

import io.liveline.bus.BusConfig;
import io.liveline.bus.EventBus;
import io.liveline.bus.table.TopicTableContract;
import io.liveline.testing.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Contract of the tables on a Redis Cluster. */
class RedisClusterTopicTableTest extends TopicTableContract {

    private static RedisCluster server;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        server = RedisCluster.launch();
        buses = new RedisBuses(server::options, 2);
    }

    @AfterAll
    static void stop() {
        buses.close();
        server.close();
    }

    @Override
    protected EventBus bus(BusConfig config) {
        return buses.bus(config);
    }

    @Override
    protected EventBus replica(EventBus bus, BusConfig config) {
        return buses.bus(config);
    }
}
