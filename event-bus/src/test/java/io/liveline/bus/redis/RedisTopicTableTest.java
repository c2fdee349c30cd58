package io.liveline.bus.redis;

import java.nio.file.Path;

import io.liveline.bus.BusConfig;
import io.liveline.bus.EventBus;
import io.liveline.bus.table.TopicTableContract;
import io.liveline.testing.LimitedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Contract of the tables on one Redis server, with the user and the configuration of the manifests. */
class RedisTopicTableTest extends TopicTableContract {

    private static LimitedRedis server;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        server = LimitedRedis.start(Path.of("..", "k8s", "base", "redis"));
        buses = new RedisBuses(server.url());
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
