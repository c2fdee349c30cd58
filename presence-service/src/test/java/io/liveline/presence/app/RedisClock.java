package io.liveline.presence.app;

import io.liveline.testing.RedisServer;

/** Lets time pass for a Redis server: moves everything that is scored by its clock back. */
public final class RedisClock {

    private static final String PASS = """
            for _, key in ipairs(redis.call('KEYS', '*')) do
              local type = redis.call('TYPE', key).ok
              if type == 'zset' then
                for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
                  redis.call('ZINCRBY', key, -ARGV[1], member)
                end
              elseif type == 'hash' and string.sub(key, -6) == ':sweep' then
                for _, field in ipairs(redis.call('HKEYS', key)) do
                  redis.call('HINCRBY', key, field, -ARGV[1])
                end
              end
            end
            """;

    private final RedisServer server;
    private long passed;

    public RedisClock(RedisServer server) {
        this.server = server;
    }

    /** May be negative. Nobody sweeps meanwhile: mercy begins when {@code swept} is told to be long ago. */
    public void pass(long millis, boolean awayMeanwhile) {
        passed += millis;
        String reply = server.command(
                "EVAL", awayMeanwhile ? PASS : PASS.replace("':sweep'", "':none'"), "0", String.valueOf(millis));
        if (reply.startsWith("-")) {
            throw new IllegalStateException(reply);
        }
    }

    /** What it shows. */
    public long millis() {
        return System.currentTimeMillis() + passed;
    }
}
