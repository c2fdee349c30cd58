package io.liveline.bus.redis;

import java.nio.file.Path;

import io.liveline.bus.BusConfig;
import io.liveline.bus.EventBus;
import io.liveline.bus.EventBusContract;
import io.liveline.bus.Retention;
import io.liveline.testing.LimitedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Contract of the bus on a Redis with the user and the configuration of the manifests. */
class LimitedRedisBusTest extends EventBusContract {

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
    public EventBus bus(BusConfig config, Retention retention) {
        return buses.bus(config, retention);
    }
}
