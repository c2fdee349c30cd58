package io.liveline.bus;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on the oldest Redis that is supported, 6.2, which needs no installation. */
class EmbeddedRedisBusTest extends EventBusContract {

    private static RedisServer server;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        server = RedisServer.launchFrom(RedisServer.embedded());
        buses = new RedisBuses(server.url());
    }

    @AfterAll
    static void stop() {
        buses.close();
        server.close();
    }

    @Override
    EventBus bus(TestBusConfig config) {
        return buses.bus(config);
    }
}
