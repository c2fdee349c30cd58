package io.liveline.bus.redis.connection;

import java.util.List;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;

/** Where the servers are. */
public interface Topology {

    /** How messages are passed on there. */
    PubSubMode pubSub();

    /** A client of one server. */
    Redis client(String node);

    /** No connection to this server is wanted any more. */
    void release(Redis client);

    /**
     * Which server has what.
     *
     * @param connected those that can be asked at once
     */
    Future<SlotMap> map(List<RedisNode> connected);

    /** One server; or one behind sentinels, which the client asks by itself each time it connects. */
    record One(Redis redis) implements Topology {

        private static final Future<SlotMap> ALL = Future.succeededFuture(SlotMap.of(slot -> "redis"));

        @Override
        public PubSubMode pubSub() {
            return PubSubMode.PLAIN;
        }

        @Override
        public Redis client(String node) {
            return redis;
        }

        @Override
        public void release(Redis client) {
            // It is not ours.
        }

        @Override
        public Future<SlotMap> map(List<RedisNode> connected) {
            return ALL;
        }
    }
}
