package io.liveline.presence.app;

import io.liveline.testing.RedisServer;

/** Clock of a Redis server that tests can advance: moves everything that is scored by time back. */
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

    /**
     * Advances the clock; the time may be negative. With {@code awayMeanwhile} the last sweep moves back too, so that a
     * mercy period starts.
     */
    public void pass(long millis, boolean awayMeanwhile) {
        passed += millis;
        String reply = server.command(
                "EVAL", awayMeanwhile ? PASS : PASS.replace("':sweep'", "':none'"), "0", String.valueOf(millis));
        if (reply.startsWith("-")) {
            throw new IllegalStateException(reply);
        }
    }

    /** Returns the time. */
    public long millis() {
        return System.currentTimeMillis() + passed;
    }
}
