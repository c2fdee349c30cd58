package io.liveline.bus.redis.command;

import io.vertx.redis.client.impl.RedisURI;
import io.vertx.redis.client.impl.ZModem;
import io.vertx.redis.client.impl.types.ErrorType;

/** Uses of the Redis client of Vert.x that are not part of its API and may break with any release. */
public final class VertxInternals {

    private VertxInternals() {}

    /** Returns whether Redis answered with an error. If wrong: commands are not sent again, or once too often. */
    public static boolean isRedisError(Throwable failure) {
        return failure instanceof ErrorType && !"CONNECTION_CLOSED".equals(failure.getMessage());
    }

    /** Returns the slot of a key in a cluster. If wrong: every command to a cluster fails. */
    static int slot(String key) {
        return ZModem.generate(key);
    }

    /** Returns the host of an endpoint. If wrong: a cluster whose nodes do not know their names is unreachable. */
    public static String host(String endpoint) {
        return new RedisURI(endpoint).socketAddress().host();
    }

    /** Returns the endpoint at another server. If it lacked user, password or TLS: a cluster would reject the bus. */
    public static String endpointAt(String endpoint, String server) {
        RedisURI uri = new RedisURI(endpoint);
        return uri.protocol() + "://" + uri.userinfo() + server;
    }
}
