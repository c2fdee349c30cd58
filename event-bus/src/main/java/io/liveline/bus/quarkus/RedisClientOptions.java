package io.liveline.bus.quarkus;

import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;

/**
 * Options that Quarkus created from {@code quarkus.redis}. The bus needs them to connect to each node of a cluster, and
 * a client does not expose them.
 */
@Singleton
final class RedisClientOptions implements RedisOptionsCustomizer {

    private volatile RedisOptions options;

    @Override
    public void customize(String clientName, RedisOptions ofClient) {
        if (clientName.equals(RedisConfig.DEFAULT_CLIENT_NAME)) {
            options = ofClient;
        }
    }

    /** Returns the options of a cluster, or empty for any other kind of client. */
    Optional<RedisOptions> cluster() {
        return Optional.ofNullable(options).filter(all -> all.getType() == RedisClientType.CLUSTER);
    }
}
