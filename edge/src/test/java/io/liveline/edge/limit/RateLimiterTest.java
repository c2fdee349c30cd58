package io.liveline.edge.limit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.github.bucket4j.TimeMeter;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Permissions;
import io.liveline.edge.auth.Person;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RateLimiterTest {

    /** Rates of a burst of ten and two a second, for people and addresses. */
    record Config(boolean limited, int tracked) implements EdgeConfig.Rate {

        @Override
        public Bucket person() {
            return new Bucket() {
                @Override
                public int burst() {
                    return 10;
                }

                @Override
                public int perSecond() {
                    return 2;
                }
            };
        }

        @Override
        public AddressBucket address() {
            return new AddressBucket() {
                @Override
                public int burst() {
                    return 10;
                }

                @Override
                public int perSecond() {
                    return 2;
                }
            };
        }
    }

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final RateLimiter limits = limits(new Config(true, 1000));

    @Test
    void aBurstIsAllowedAndThenASteadyRate() {
        TokenBucket ann = limits.person(caller("ann"));
        take(ann, 10);
        ProblemException refused = catchThrowableOfType(ProblemException.class, ann::take);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.retryAfter().orElseThrow()).isEqualTo(Duration.ofMillis(500));
        assertThat(registry.get("liveline.edge.rate.refused")
                        .tag("of", "person")
                        .counter()
                        .count())
                .isEqualTo(1);
        nanos.addAndGet(Duration.ofMillis(500).toNanos());
        limits.person(caller("ann")).take();
        assertThatThrownBy(ann::take).isInstanceOf(ProblemException.class);
        take(limits.person(caller("bob")), 10);
    }

    @Test
    void aGuestAtAnotherAddressHasAnotherBucket() {
        Person ann = new Person("ann", "ann");
        take(limits.person(Caller.guest(ann, "10.0.0.1")), 10);
        assertThatThrownBy(limits.person(Caller.guest(ann, "10.0.0.1"))::take).isInstanceOf(ProblemException.class);
        take(limits.person(Caller.guest(ann, "10.0.0.2")), 10);
    }

    @Test
    void aTokenThatIsPutBackIsNotUsedUp() {
        TokenBucket address = limits.address("10.0.0.1");
        for (int i = 0; i < 100; i++) {
            address.take();
            address.putBack();
        }
        take(address, 10);
        assertThatThrownBy(address::take).isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1,10.0.0.2,false", "2001:db8:1:2::1,2001:db8:1:2:ffff::9,true", "2001:db8:1:2::1,2001:db8:1:3::1,false",
        "::ffff:1.2.3.4,::ffff:1.2.3.5,false", "2001:DB8:1:2::1,2001:db8:1:2:0:0:0:7,true", "local,local,true"
    })
    void sixtyFourBitsOfAnIpv6AddressAreOneAddress(String one, String other, boolean same) {
        take(limits.address(one), 10);
        if (same) {
            assertThatThrownBy(limits.address(other)::take).isInstanceOf(ProblemException.class);
        } else {
            limits.address(other).take();
        }
    }

    @Test
    void theNumberOfBucketsIsLimited() {
        RateLimiter few = limits(new Config(true, 50));
        for (int i = 0; i < 10_000; i++) {
            few.person(caller("p" + i)).take();
        }
        double kept = registry.find("liveline.edge.rate.tracked").tag("of", "person").gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .max()
                .orElseThrow();
        assertThat(kept).isLessThanOrEqualTo(50);
    }

    @Test
    void withoutLimitsNothingIsRejectedOrKept() {
        RateLimiter none = limits(new Config(false, 10));
        take(none.person(caller("ann")), 1000);
        take(none.address("10.0.0.1"), 1000);
    }

    private RateLimiter limits(Config config) {
        registry.clear();
        return new RateLimiter(
                config,
                new TimeMeter() {
                    @Override
                    public long currentTimeNanos() {
                        return nanos.get();
                    }

                    @Override
                    public boolean isWallClockBased() {
                        return false;
                    }
                },
                registry);
    }

    private static void take(TokenBucket bucket, int times) {
        for (int i = 0; i < times; i++) {
            bucket.take();
        }
    }

    private static Caller caller(String user) {
        return new Caller(new Person(user, user), Permissions.NONE, user, 1, 1);
    }
}
