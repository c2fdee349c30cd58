package io.liveline.bus;

import io.liveline.k8s.LimitedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of the bus, as the user and with the configuration of the manifests. */
class LimitedRedisBusTest extends EventBusContract {

    private static LimitedRedis server;
    private static RedisBuses buses;

    @BeforeAll
    static void start() {
        server = LimitedRedis.start();
        buses = new RedisBuses(server.url());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            buses.close();
            server.close();
        }
    }

    @Override
    EventBus bus(TestBusConfig config) {
        return buses.bus(config);
    }
}
