package io.liveline.bus;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on the newest Redis there is. */
class RedisBusTest extends EventBusContract {

    private static RedisServer server;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
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
