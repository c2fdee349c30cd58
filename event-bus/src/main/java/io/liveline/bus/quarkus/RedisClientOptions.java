package io.liveline.bus.quarkus;

import java.util.Optional;

import jakarta.inject.Singleton;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;

/**
 * What Quarkus has made of {@code quarkus.redis}: a client does not tell it, and a cluster's nodes are connected to one
 * by one.
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

    /** Empty if it is no cluster. */
    Optional<RedisOptions> cluster() {
        return Optional.ofNullable(options).filter(all -> all.getType() == RedisClientType.CLUSTER);
    }
}
