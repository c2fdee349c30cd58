package io.liveline.bus.redis.connection;

import java.util.List;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;

/** Arrangement of the Redis servers: one server, or a cluster. */
public interface Topology {

    /** Returns the kind of pub/sub to use: plain, unless the servers are a cluster. */
    default PubSubMode pubSub() {
        return PubSubMode.PLAIN;
    }

    /** Returns a client for one server. */
    Redis client(String node);

    /** Releases a client that is no longer needed, if {@link #client} has created it. */
    default void release(Redis client) {}

    /**
     * Reads the current slot map.
     *
     * @param connected servers with an open connection
     */
    Future<SlotMap> map(List<RedisNode> connected);

    /** One server, or the one that sentinels name; the client queries them each time it connects. */
    record One(Redis redis) implements Topology {

        private static final Future<SlotMap> ALL = Future.succeededFuture(SlotMap.of(slot -> "redis"));

        @Override
        public Redis client(String node) {
            return redis;
        }

        @Override
        public Future<SlotMap> map(List<RedisNode> connected) {
            return ALL;
        }
    }
}
