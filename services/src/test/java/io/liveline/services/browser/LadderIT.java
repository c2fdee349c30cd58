package io.liveline.services.browser;

import java.util.Map;

import io.liveline.services.support.Deployment;
import io.liveline.services.support.Suite;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The ladder against the suite in one process; on Redis, so that it forgets nothing when it restarts. */
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
