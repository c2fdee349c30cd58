package io.liveline.edge.limit;

import java.time.Duration;
import java.util.HexFormat;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.auth.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.NetUtil;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Rate limits of people and addresses at this replica. The number of buckets is bounded: a bucket that was not used for
 * as long as it takes to refill equals a new one and is evicted.
 */
@Singleton
// Caffeine finds the entry class of these caches by name, and Quarkus registers only the most common ones.
@RegisterForReflection(classNames = "com.github.benmanes.caffeine.cache.PSAMS")
public final class RateLimiter {

    private final EdgeConfig.Rate config;
    private final TimeMeter clock;
    private final Cache<String, TokenBucket> people;
    private final Cache<String, TokenBucket> addresses;
    private final Counter peopleRefused;
    private final Counter addressesRefused;

    /** Creates a limiter whose buckets are all full. */
    @Inject
    public RateLimiter(EdgeConfig config, MeterRegistry registry) {
        this(config.rate(), TimeMeter.SYSTEM_NANOTIME, registry);
    }

    RateLimiter(EdgeConfig.Rate config, TimeMeter clock, MeterRegistry registry) {
        this.config = config;
        this.clock = clock;
        this.people = accounts(config.person().burst(), config.person().perSecond());
        this.addresses = accounts(config.address().burst(), config.address().perSecond());
        this.peopleRefused = refused("person", registry);
        this.addressesRefused = refused("address", registry);
        tracked("person", people, registry);
        tracked("address", addresses, registry);
    }

    /** Returns the bucket of an account, over all its requests and connections to this replica. */
    public TokenBucket person(Caller caller) {
        return !config.limited()
                ? TokenBucket.UNLIMITED
                : account(
                        people,
                        caller.account(),
                        config.person().burst(),
                        config.person().perSecond(),
                        peopleRefused);
    }

    /** Returns the bucket of an address. */
    public TokenBucket address(String address) {
        return !config.limited()
                ? TokenBucket.UNLIMITED
                : account(
                        addresses,
                        network(address),
                        config.address().burst(),
                        config.address().perSecond(),
                        addressesRefused);
    }

    private TokenBucket account(
            Cache<String, TokenBucket> accounts, String key, int burst, int perSecond, Counter refused) {
        return accounts.get(key, fresh -> new TokenBucket(bucket(burst, perSecond), refused));
    }

    private Bucket bucket(int burst, int perSecond) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(clock)
                .build();
    }

    /**
     * Returns the key of an address. A host has at least 64 bits of IPv6 addresses, so those are one key. An address
     * whose first 64 bits are zero is an IPv4 address or the loopback address, and is used whole.
     */
    static String network(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null || bytes.length != 16) {
            return address;
        }
        String network = HexFormat.of().formatHex(bytes, 0, 8);
        return network.equals("0000000000000000") ? HexFormat.of().formatHex(bytes) : network;
    }

    private Cache<String, TokenBucket> accounts(int burst, int perSecond) {
        Duration untilFull = Duration.ofSeconds(1 + burst / Math.max(1, perSecond));
        return Caffeine.newBuilder()
                .maximumSize(config.tracked())
                .expireAfterAccess(untilFull)
                .ticker(clock::currentTimeNanos)
                .executor(Runnable::run)
                .build();
    }

    private static Counter refused(String of, MeterRegistry registry) {
        return Counter.builder("liveline.edge.rate.refused")
                .description("Requests and frames over a rate limit")
                .tag("of", of)
                .register(registry);
    }

    private static void tracked(String of, Cache<String, TokenBucket> accounts, MeterRegistry registry) {
        Gauge.builder("liveline.edge.rate.tracked", accounts, Cache::estimatedSize)
                .description("Token buckets that are kept")
                .tag("of", of)
                .register(registry);
    }
}
