package io.liveline.bus.redis.connection;

import java.time.Duration;

import io.liveline.bus.BusState;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.RedisBuses;
import io.liveline.testing.OldRedis;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that the bus accepts and rejects. */
class ServerCheckTest {

    @ParameterizedTest
    @CsvSource({
        "'redis_version:6.2.11', Redis 6.2.11, false",
        "'redis_version:7.0.0', Redis 7.0.0, true",
        "'redis_version:8.2.1', Redis 8.2.1, true",
        "'redis_version:10.0.0', Redis 10.0.0, true",
        "'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.2.0', Valkey 7.2.0, true",
        "'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1', Valkey 8.1.1, true",
        "'redis_version:6.2.14\r\nserver_name:valkey\r\nvalkey_version:6.2.14', Valkey 6.2.14, false",
    })
    void theVersionIsReadFromInfo(String info, String name, boolean isNewEnough) {
        ServerInfo parsed = ServerInfo.parse("# Server\r\n" + info + "\r\nredis_mode:standalone\r\n");

        assertThat(parsed.name()).isEqualTo(name);
        assertThat(parsed.isNewEnough()).isEqualTo(isNewEnough);
    }

    @Test
    void aServerThatIsTooOldIsRejectedAndTheMessageSaysWhatIsNeeded() {
        try (OldRedis redis = OldRedis.launch();
                RedisBuses buses = new RedisBuses(redis.url())) {
            RedisBus bus = buses.bus(TestBusConfig.with());

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> bus.firstAttempt().isComplete());

            String message = bus.firstAttempt().cause().getMessage();
            assertThat(message)
                    .matches("Redis 6\\S+ is too old: Liveline needs Redis 7.0 or newer, or Valkey 7.2 or newer");
            assertThat(bus.state()).isEqualTo(BusState.DEGRADED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "volatile-ttl"})
    void aServerThatWouldEvictIsRejectedUntilItsPolicyIsChanged(String policy) {
        try (RedisServer redis = RedisServer.launch("--maxmemory-policy", policy);
                RedisBuses buses = new RedisBuses(redis.url())) {
            RedisBus bus = buses.bus(TestBusConfig.with());

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> bus.firstAttempt().isComplete());

            assertThat(bus.firstAttempt().cause().getMessage())
                    .endsWith("set its maxmemory-policy to noeviction, it is " + policy);
            assertThat(bus.state()).isEqualTo(BusState.DEGRADED);
            redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
            await().atMost(Duration.ofSeconds(30)).until(() -> bus.state() == BusState.LIVE);
        }
    }

    @Test
    void aPolicyThatIsChangedLaterIsNoticedWhenTheBusConnectsAgain() {
        try (RedisServer redis = RedisServer.launch();
                RedisBuses buses = new RedisBuses(redis.url())) {
            RedisBus bus = buses.bus(TestBusConfig.with());
            await().atMost(Duration.ofSeconds(30)).until(() -> bus.state() == BusState.LIVE);

            redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "appendonly", "no");
            redis.command("CLIENT", "KILL", "TYPE", "normal");

            // The server is checked again and again only while it is rejected.
            awaitDescription(bus, "events may be lost");
            redis.command("CONFIG", "SET", "appendonly", "yes");
            awaitDescription(bus, "kept in its append-only file");
            assertThat(bus.state()).isEqualTo(BusState.DEGRADED);
            redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
            await().atMost(Duration.ofSeconds(30)).until(() -> bus.state() == BusState.LIVE);
        }
    }

    private static void awaitDescription(RedisBus bus, String part) {
        await().atMost(Duration.ofSeconds(30)).until(() -> bus.description().contains(part));
    }

    @Test
    void theDescriptionSaysWhetherEventsOutliveTheServer() {
        try (RedisServer kept = RedisServer.launch();
                RedisServer lost = RedisServer.launch("--appendonly", "no");
                RedisBuses onKept = new RedisBuses(kept.url());
                RedisBuses onLost = new RedisBuses(lost.url())) {
            RedisBus keeping = onKept.bus(TestBusConfig.with());
            RedisBus losing = onLost.bus(TestBusConfig.with());

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> keeping.state() == BusState.LIVE && losing.state() == BusState.LIVE);

            assertThat(keeping.description()).endsWith("kept in its append-only file");
            assertThat(losing.description()).contains("events may be lost");
        }
    }
}
