package io.liveline.chat;

import io.liveline.bus.EventBus;
import io.liveline.bus.RedisBus;
import io.liveline.bus.RedisBuses;
import io.liveline.bus.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisChangesTest extends ChangesContract {

    private static RedisServer server;
    private static RedisBuses buses;
    private static RedisBus bus;
    private static Changes changes;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        buses = new RedisBuses(server.url());
        bus = buses.bus(TestConfig.bus(KEPT));
        changes = new RedisChanges(bus);
    }

    @AfterAll
    static void stop() {
        buses.close();
        server.close();
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    Changes changes() {
        return changes;
    }
}
