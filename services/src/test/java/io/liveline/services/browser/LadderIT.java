package io.liveline.services.browser;

import java.util.Map;

import io.liveline.services.support.Deployment;
import io.liveline.services.support.Suite;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Test of the transport ladder on all services in one process, with a Redis that keeps the data over a restart. */
@Tag("long")
class LadderIT extends LadderContract {

    private static RedisServer redis;
    private static Deployment suite;
    private static Browsers chromium;

    LadderIT() {
        super(suite, redis, chromium);
    }

    @BeforeAll
    static void start() {
        chromium = Browsers.start();
        redis = RedisServer.launch();
        suite = Suite.start(Map.of("liveline.bus.transport", "redis", "quarkus.redis.hosts", redis.url()));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            suite.close();
            redis.close();
        }
    }
}
