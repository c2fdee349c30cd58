package io.liveline.bus.redis;

import io.liveline.bus.BusConfig;
import io.liveline.bus.EventBus;
import io.liveline.bus.EventBusContract;
import io.liveline.bus.Retention;
import io.liveline.bus.TestBusConfig;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Contract of the bus on one Redis server. */
class RedisBusTest extends EventBusContract {

    private static final long ROUNDING = 10;

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
    public EventBus bus(BusConfig config, Retention retention) {
        return buses.bus(config, retention);
    }

    @Test
    void theLogAndItsEpochLiveAsLongAsConfiguredAfterAnyEvent() {
        EventBus bus = bus();
        publish(bus, "first");
        assertThat(spareMillis()).isGreaterThan(-ROUNDING);

        redis("redis.call('HSET', KEYS[1], 'due', 0) return redis.call('PEXPIRE', KEYS[2], 20000)");
        assertThat(spareMillis()).isLessThan(-ROUNDING);
        publish(bus, "when it is due");
        assertThat(spareMillis()).isGreaterThan(-ROUNDING);
    }

    /** Returns how much longer than configured both keys live after an event just before their next extension. */
    private long spareMillis() {
        BusConfig config = TestBusConfig.with();
        return redis("local clock = redis.call('TIME') local now = clock[1] * 1000 + clock[2] / 1000 "
                + "local due = math.max(now, tonumber(redis.call('HGET', KEYS[1], 'due'))) "
                + "return math.min(now + redis.call('PTTL', KEYS[2]) - due - "
                + config.history().age().toMillis()
                + ", now + redis.call('PTTL', KEYS[1]) - due - "
                + config.history().cursorLife().toMillis() + ")");
    }

    private long redis(String script) {
        String keys = TestBusConfig.with().redis().prefix() + '{' + topic.name() + '}';
        String reply = server.command("EVAL", script, "2", keys + ":head", keys + ":log");
        assertThat(reply).startsWith(":");
        return Long.parseLong(reply.substring(1).trim());
    }
}
