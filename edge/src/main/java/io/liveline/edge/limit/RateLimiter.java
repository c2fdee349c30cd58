package io.liveline.edge.limit;

import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Function;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.liveline.bus.support.MeterFactory;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.auth.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.NetUtil;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Rate limits of people and addresses at this replica. The number of buckets is bounded: a bucket that was not used for
 * as long as it takes to refill equals a new one and is evicted.
 */
@Singleton
public final class RateLimiter {

    /** Buckets of people or of addresses. */
    // Caffeine finds the entry class of these caches by name, and Quarkus registers only the most common ones.
    @RegisterForReflection(classNames = "com.github.benmanes.caffeine.cache.PSAMS")
    private final class Buckets {

        private final Cache<String, TokenBucket> kept;
        private final Function<String, TokenBucket> full;

        Buckets(String of, int burst, int perSecond, TimeMeter clock, MeterFactory meters) {
            Counter refused = meters.counter("rate.refused", "Requests and frames over a rate limit", "of", of);
            full = account -> new TokenBucket(
                    Bucket.builder()
                            .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                            .withCustomTimePrecision(clock)
                            .build(),
                    refused);
            kept = Caffeine.newBuilder()
                    .maximumSize(config.tracked())
                    .expireAfterAccess(Duration.ofSeconds(1 + burst / Math.max(1, perSecond)))
                    .ticker(clock::currentTimeNanos)
                    .executor(Runnable::run)
                    .build();
            meters.gauge("rate.tracked", "Token buckets that are kept", kept::estimatedSize, "of", of);
        }

        TokenBucket of(String account) {
            return config.limited() ? kept.get(account, full) : TokenBucket.UNLIMITED;
        }
    }

    private final EdgeConfig.Rate config;
    private final Buckets people;
    private final Buckets addresses;

    /** Creates a limiter whose buckets are all full. */
    @Inject
    public RateLimiter(EdgeConfig config, MeterRegistry registry) {
        this(config.rate(), TimeMeter.SYSTEM_NANOTIME, registry);
    }

    RateLimiter(EdgeConfig.Rate config, TimeMeter clock, MeterRegistry registry) {
        this.config = config;
        MeterFactory meters = new MeterFactory(registry, "liveline.edge.");
        EdgeConfig.Rate.Bucket person = config.person();
        EdgeConfig.Rate.AddressBucket address = config.address();
        this.people = new Buckets("person", person.burst(), person.perSecond(), clock, meters);
        this.addresses = new Buckets("address", address.burst(), address.perSecond(), clock, meters);
    }

    /** Returns the bucket of an account, over all its requests and connections to this replica. */
    public TokenBucket person(Caller caller) {
        return people.of(caller.account());
    }

    /** Returns the bucket of an address. */
    public TokenBucket address(String address) {
        return addresses.of(network(address));
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
}
