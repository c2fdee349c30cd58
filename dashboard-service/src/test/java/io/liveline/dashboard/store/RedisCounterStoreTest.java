package io.liveline.dashboard.store;

import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Counter store on a real Redis. */
class RedisCounterStoreTest extends CounterStoreContract {

    private static RedisServer server;
    private static Vertx vertx;
    private static RedisBus bus;

    private final CounterStore store = new RedisCounterStore(bus, CONFIG);

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        vertx = Vertx.vertx();
        bus = connect();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    @BeforeEach
    void empty() {
        server.command("FLUSHALL");
    }

    @Override
    EventBus bus() {
        // A new bus for each test, because none may have subscribed before the server was emptied.
        return bus = connect();
    }

    private static RedisBus connect() {
        return RedisBus.connect(
                vertx, server.options(), TestConfig.of(BusConfig.class), new BusMeters(new SimpleMeterRegistry()));
    }

    @Override
    CounterStore store() {
        return store;
    }

    @Override
    long now() {
        return System.currentTimeMillis();
    }

    @Test
    void aKeyIsForgottenAfterItsWindow() {
        CounterStore brief =
                new RedisCounterStore(bus, TestConfig.of(DashboardConfig.class, Map.of("keys.window", "200ms")));
        CounterWrite write = write(CounterWrite.Kind.ADD, "k", Map.of("orders", 1L));
        ask(brief.write(write));
        Awaitility.await().until(() -> ask(brief.write(write)).get(0).value() == 2);
    }

    @Test
    void storedAnswersExpireByThemselves() {
        CounterStore brief =
                new RedisCounterStore(bus, TestConfig.of(DashboardConfig.class, Map.of("keys.window", "200ms")));
        ask(brief.write(write(CounterWrite.Kind.ADD, "k", Map.of("orders", 1L))));
        Awaitility.await().until(() -> server.command("KEYS", "*done*").equals("*0\r\n"));
        assertThat(all().get("orders").value()).isEqualTo(1);
    }

    @Test
    void entriesFromBeforeRedisClockWasSetBackBlockNothing() {
        fold(connections("a", "sse", 5), posts("lobby", "e", 5));
        long ahead = now() + Duration.ofHours(1).toMillis();
        server.command("HSET", "ll:{counters}:connections", "a|sse", "5 " + ahead);
        server.command("HSET", "ll:{counters}:seconds", String.valueOf(ahead / 1000), "9");
        server.command("ZADD", "ll:{counters}:active", String.valueOf(ahead), "lobby");
        fold();
        assertThat(all().get("connections.sse").value()).isEqualTo(0);
        assertThat(all().get("chat.messages_per_minute").value()).isEqualTo(5);
        assertThat(all().get("chat.rooms_active").value()).isEqualTo(1);
        assertThat(server.command("ZRANGEBYSCORE", "ll:{counters}:active", String.valueOf(ahead - 60_000), "+inf"))
                .startsWith("*0");
    }

    @Test
    void aFullRedisIsNotReportedAsAnOverflow() {
        add("orders", 1);
        server.command("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThatThrownBy(() -> add("orders", 1)).isInstanceOf(BusUnavailableException.class);
        } finally {
            server.command("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(add("orders", 1).value()).isEqualTo(2);
    }

    @Test
    void writesOfOneTurnAreOneCall() {
        server.command("CONFIG", "RESETSTAT");
        inOneTurn(IntStream.range(0, 20)
                .mapToObj(i -> write(CounterWrite.Kind.ADD, "k" + i, Map.of("orders", 1L)))
                .toList());
        // Each call reads the number of stored answers once.
        assertThat(server.command("INFO", "commandstats")).contains("cmdstat_hgetall:calls=1,");
        assertThat(all().get("orders").value()).isEqualTo(20);
    }

    @Test
    void connectionsOfASilentReplicaExpire() {
        CounterStore brief = new RedisCounterStore(
                bus, TestConfig.of(DashboardConfig.class, Map.of("suite.connections-live", "100ms")));
        ask(brief.fold(java.util.List.of(connections("a", "sse", 5))));
        assertThat(all().get("connections.sse").value()).isEqualTo(5);
        Awaitility.await().until(() -> {
            fold();
            return all().get("connections.sse").value() == 0;
        });
    }
}
