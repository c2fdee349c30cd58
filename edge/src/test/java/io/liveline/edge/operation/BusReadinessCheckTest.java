package io.liveline.edge.operation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.redis.RedisBus;
import io.liveline.edge.EdgeConfig;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestClock;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Readiness while Redis is unavailable, on a clock that the test advances. */
class BusReadinessCheckTest {

    @Test
    void aReplicaStaysReadyForTheGraceAndNoLonger() throws Exception {
        Vertx vertx = Vertx.vertx();
        TestClock monotonic = new TestClock();
        try (RedisServer redis = RedisServer.launch()) {
            RedisBus bus = new RedisBus(
                    vertx,
                    Redis.createClient(vertx, redis.url()),
                    TestConfig.of(BusConfig.class),
                    new BusMeters(new SimpleMeterRegistry()));
            EdgeConfig config = TestConfig.of(EdgeConfig.class, Map.of("readiness-grace", "30s"));
            BusReadinessCheck readiness = new BusReadinessCheck(bus, config, monotonic::millis);
            await().until(() -> readiness.call().getStatus() == Status.UP);
            redis.kill();
            await().atMost(Duration.ofSeconds(30)).until(() -> bus.state() == BusState.DEGRADED);
            monotonic.pass(29_999);
            assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
            monotonic.pass(1);
            assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
