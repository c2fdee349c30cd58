package io.liveline.bus.quarkus;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.Retention;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.connection.IncompatibleServerException;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Producer of the process's one bus, at start-up: a process without a bus must not start. */
@Singleton
final class EventBusProducer {

    private static final Logger LOG = Logger.getLogger(EventBusProducer.class);

    private static final String NOT_CONFIGURED = "No event bus is configured. Set quarkus.redis.hosts (environment:"
            + " QUARKUS_REDIS_HOSTS), for example to redis://localhost:6379, to share events with other processes;"
            + " or set liveline.bus.transport=local for a single process.";

    private static final Pattern USER_WITHOUT_PASSWORD = Pattern.compile("://[^:/@,]+@");

    // Not @ApplicationScoped: a client proxy would hide the implementation from StoreSelection.
    @Produces
    @Singleton
    @Startup
    EventBus bus(
            BusConfig config,
            Vertx vertx,
            MeterRegistry registry,
            Instance<Redis> redis,
            Instance<Retention> retentions,
            RedisClientOptions configured) {
        BusMeters meters = new BusMeters(registry);
        Retention retention = retentions.isUnsatisfied() ? Retention.same(config) : retentions.get();
        return switch (config.transport()) {
            case LOCAL -> new LocalBus(vertx, config, retention, meters);
            case REDIS -> {
                // No fallback to memory: two replicas would each have their own, separate rooms.
                Config settings = ConfigProvider.getConfig();
                Optional<String> hosts = settings.getOptionalValue("quarkus.redis.hosts", String.class);
                if (hosts.or(() -> settings.getOptionalValue("quarkus.redis.hosts-provider-name", String.class))
                        .isEmpty()) {
                    throw new ConfigurationException(NOT_CONFIGURED);
                }
                hosts.ifPresent(EventBusProducer::checkUsers);
                // Quarkus calls RedisClientOptions when it creates the client, so this line comes first.
                Redis client = redis.get();
                RedisBus bus = configured
                        .cluster()
                        .map(options -> RedisBus.connect(vertx, options, config, retention, meters))
                        .orElseGet(() -> new RedisBus(vertx, client, config, retention, meters));
                rejectIncompatible(bus, config.timeout());
                yield bus;
            }
        };
    }

    /**
     * Removes the gauges that the Redis client registers for each connection under the same names: Micrometer would use
     * only the first and warn about the others. {@code liveline.bus.pending} covers all connections.
     */
    @Produces
    @Singleton
    MeterFilter withoutGaugesOfOneConnection() {
        return MeterFilter.deny(
                id -> id.getType() == Meter.Type.GAUGE && id.getName().startsWith("redis."));
    }

    void close(@Disposes EventBus bus) {
        if (bus instanceof RedisBus redis) {
            redis.close();
        }
    }

    /** Fails the start-up if the server is incompatible. A server that cannot be reached may become available later. */
    private static void rejectIncompatible(RedisBus bus, Duration patience) {
        try {
            bus.firstAttempt()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IncompatibleServerException incompatible) {
                bus.close();
                throw new ConfigurationException(incompatible.getMessage());
            }
        } catch (TimeoutException notYet) {
            LOG.debug("Redis did not answer at start-up", notYet);
        }
    }

    /**
     * Rejects a user without a password, which the client would use as a password. The message contains neither: the
     * text may be a password.
     */
    static void checkUsers(String hosts) {
        if (USER_WITHOUT_PASSWORD.matcher(hosts).find()) {
            throw new ConfigurationException("quarkus.redis.hosts has one word before the @, which may be a user or a"
                    + " password. Use redis://user:password@host, or redis://:password@host for the default user.");
        }
    }
}
