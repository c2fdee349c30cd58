package io.liveline.bus.quarkus;

import java.time.Duration;
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

/** Makes the one bus of this process, at start-up: a process that has none must not come up. */
@Singleton
final class EventBusProducer {

    private static final Logger LOG = Logger.getLogger(EventBusProducer.class);

    private static final String NOT_CONFIGURED = "No event bus is configured. Set quarkus.redis.hosts (environment:"
            + " QUARKUS_REDIS_HOSTS), for example to redis://localhost:6379, to share events with other processes;"
            + " or set liveline.bus.transport=local for a process that is alone.";

    private static final Pattern USER_ALONE = Pattern.compile("://[^:/@,]+@");

    // A sealed type cannot be proxied, hence not @ApplicationScoped.
    @Produces
    @Singleton
    @Startup
    EventBus bus(
            BusConfig config,
            Vertx vertx,
            MeterRegistry registry,
            Instance<Redis> redis,
            RedisClientOptions configured) {
        BusMeters meters = new BusMeters(registry);
        return switch (config.transport()) {
            case LOCAL -> new LocalBus(vertx, config, meters);
            case REDIS -> {
                // Two replicas that fell back to memory would each have rooms of their own: never by default.
                if (!isRedisConfigured()) {
                    throw new ConfigurationException(NOT_CONFIGURED);
                }
                checkUsers(ConfigProvider.getConfig()
                        .getOptionalValue("quarkus.redis.hosts", String.class)
                        .orElse(""));
                // It is with its making that Quarkus tells how it is configured.
                Redis client = redis.get();
                RedisBus bus = configured
                        .cluster()
                        .map(options -> RedisBus.connect(vertx, options, config, meters))
                        .orElseGet(() -> new RedisBus(vertx, client, config, meters));
                refuseIncompatible(bus, config.timeout());
                yield bus;
            }
        };
    }

    /**
     * The client registers its gauges for each connection under the same names: only the first ones count, and
     * Micrometer warns of the others. {@code liveline.bus.pending} counts for all.
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

    /** A Redis that cannot be reached now may come later; one that will not do ends this process, which says why. */
    private static void refuseIncompatible(RedisBus bus, Duration patience) {
        try {
            bus.firstAttempt()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IncompatibleServerException unfit) {
                bus.close();
                throw new ConfigurationException(unfit.getMessage());
            }
        } catch (TimeoutException notYet) {
            LOG.debug("Redis did not answer at start-up", notYet);
        }
    }

    /** The client takes a user without a password for a password. The message tells neither, as it may be one. */
    static void checkUsers(String hosts) {
        if (USER_ALONE.matcher(hosts).find()) {
            throw new ConfigurationException("quarkus.redis.hosts has one word before the @, which may be a user or a"
                    + " password. Write redis://user:password@host, or redis://:password@host for the default user.");
        }
    }

    private static boolean isRedisConfigured() {
        Config config = ConfigProvider.getConfig();
        return config.getOptionalValue("quarkus.redis.hosts", String.class).isPresent()
                || config.getOptionalValue("quarkus.redis.hosts-provider-name", String.class)
                        .isPresent();
    }
}
