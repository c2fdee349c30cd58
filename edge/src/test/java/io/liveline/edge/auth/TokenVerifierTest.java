package io.liveline.edge.auth;

import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.testing.TestTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jose4j.jwt.consumer.JwtContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Verification of tokens whose keys are published at an address that can be slow, be unreachable, and publish other
 * keys.
 */
class TokenVerifierTest {

    /** Default configuration, except for these values. */
    record Config(Duration patience, int verifying, Duration rememberedFor, Duration refetchKeysAfter)
            implements EdgeConfig.Tokens {

        Config(Duration patience, int verifying, Duration rememberedFor) {
            this(patience, verifying, rememberedFor, Duration.ofMinutes(1));
        }

        @Override
        public String claim() {
            return "liveline";
        }

        @Override
        public int remembered() {
            return 100;
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KeyServer issuer = new KeyServer();

    @AfterEach
    void end() {
        issuer.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void keysAreFetchedOnceFromTheirAddress() {
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(10), 10, Duration.ofMinutes(1)));
        for (String user : List.of("ann", "bob", "cy")) {
            assertThat(found(tokens.verify(token(user, "one"))).person().user()).isEqualTo(user);
        }
        assertThat(issuer.fetched()).isEqualTo(1);
    }

    @Test
    void fetchingKeysDoesNotBlockTheEventLoop() {
        issuer.gate = new CountDownLatch(1);
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        List<Future<Caller>> verified = new ArrayList<>();
        AtomicInteger steps = new AtomicInteger();
        vertx.getOrCreateContext().runOnContext(start -> {
            verified.add(tokens.verify(token("ann", "one")));
            vertx.setPeriodic(10, tick -> steps.incrementAndGet());
        });
        await().until(() -> issuer.fetched() == 1 && steps.get() > 5);
        assertThat(verified.get(0).isComplete()).isFalse();
        issuer.gate.countDown();
        assertThat(found(verified.get(0)).person().user()).isEqualTo("ann");
    }

    @Test
    void unreachableKeysAreUnavailableAndNotAnInvalidToken() {
        issuer.close();
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        ProblemException problem = refusal(tokens.verify(token("ann", "one")));
        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.code()).isEqualTo("unavailable");
        assertThat(problem.retryAfter()).isPresent();
    }

    @Test
    void fetchingKeysTimesOut() {
        issuer.gate = new CountDownLatch(1);
        TokenVerifier tokens = tokens(new Config(Duration.ofMillis(200), 10, Duration.ofMinutes(1)));
        assertThat(refusal(tokens.verify(token("ann", "one"))).status()).isEqualTo(503);
        issuer.gate.countDown();
        await().until(() -> found(vertx, tokens, token("ann", "one")));
    }

    @Test
    void tokensOverTheVerificationLimitAreRejected() {
        issuer.gate = new CountDownLatch(1);
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 3, Duration.ofMinutes(1)));
        List<Future<Caller>> three = List.of(
                tokens.verify(token("a", "one")), tokens.verify(token("b", "one")), tokens.verify(token("c", "one")));
        assertThat(refusal(tokens.verify(token("d", "one"))).status()).isEqualTo(503);
        issuer.gate.countDown();
        three.forEach(TokenVerifierTest::found);
        assertThat(found(tokens.verify(token("d", "one"))).person().user()).isEqualTo("d");
        assertThat(registry.get("liveline.edge.tokens.verifying").gauge().value())
                .isEqualTo(0);
    }

    @Test
    void aNewKeyIsFetchedAtOnceAndAnUnknownOneIsRejected() {
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        found(tokens.verify(token("ann", "one")));
        var other = TestTokens.otherKeys();
        issuer.keys = Map.of("one", TestTokens.publicKey(), "two", other.getPublic());
        assertThat(found(tokens.verify(token("bob", "two", other.getPrivate())))
                        .person()
                        .user())
                .isEqualTo("bob");
        assertThat(issuer.fetched()).isEqualTo(2);

        TokenVerifier others = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        assertThat(refusal(others.verify(token("eve", "made-up"))).status()).isEqualTo(401);
    }

    @Test
    void aNewKeyIsUnavailableSoonAfterAFetchForAnInventedOne() {
        var other = TestTokens.otherKeys();
        String token = token("bob", "two", other.getPrivate());
        Duration refetchAfter = Duration.ofMinutes(1);
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1), refetchAfter));
        found(tokens.verify(token("ann", "one")));
        assertThat(refusal(tokens.verify(token("eve", "made-up"))).status()).isEqualTo(401);
        issuer.keys = Map.of("one", TestTokens.publicKey(), "two", other.getPublic());

        ProblemException problem = refusal(tokens.verify(token));
        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.code()).isEqualTo("unavailable");
        Duration retryAfter = problem.retryAfter().orElseThrow();
        assertThat(retryAfter).isBetween(Duration.ZERO, refetchAfter);
    }

    @Test
    void aNewKeyIsFoundWhenKeysMayBeFetchedAgain() {
        var other = TestTokens.otherKeys();
        String token = token("bob", "two", other.getPrivate());
        TokenVerifier tokens =
                tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1), Duration.ofMillis(100)));
        found(tokens.verify(token("ann", "one")));
        assertThat(refusal(tokens.verify(token("eve", "made-up"))).status()).isEqualTo(401);
        issuer.keys = Map.of("one", TestTokens.publicKey(), "two", other.getPublic());
        await().until(() -> found(vertx, tokens, token));
        assertThat(issuer.fetched()).isEqualTo(3);
    }

    @Test
    void inventedKeysDoNotCauseAFetchEach() {
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        found(tokens.verify(token("ann", "one")));
        assertThat(refusal(tokens.verify(token("eve", "made-up"))).status()).isEqualTo(401);
        for (int i = 0; i < 20; i++) {
            assertThat(refusal(tokens.verify(token("eve", "made-up-" + i))).status())
                    .isEqualTo(503);
        }
        assertThat(issuer.fetched()).isEqualTo(2);
        assertThat(found(tokens.verify(token("bob", "one"))).person().user()).isEqualTo("bob");
    }

    @Test
    void aFetchForAnInventedKeyDoesNotDelayTokensWithKnownKeys() {
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        found(tokens.verify(token("ann", "one")));
        issuer.gate = new CountDownLatch(1);
        Future<Caller> first = tokens.verify(token("eve", "made-up-1"));
        await().until(() -> issuer.fetched() == 2);
        assertThat(refusal(tokens.verify(token("eve", "made-up-2"))).status()).isEqualTo(503);
        assertThat(found(tokens.verify(token("bob", "one"))).person().user()).isEqualTo("bob");
        assertThat(first.isComplete()).isFalse();
        issuer.gate.countDown();
        assertThat(refusal(first).status()).isEqualTo(401);
    }

    @Test
    void anUnknownKeyIsUnavailableWhileTheIssuerIsUnreachable() {
        TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(20), 10, Duration.ofMinutes(1)));
        found(tokens.verify(token("ann", "one")));
        issuer.close();
        assertThat(refusal(tokens.verify(token("bob", "two"))).status()).isEqualTo(503);
        assertThat(refusal(tokens.verify(token("bob", "two"))).status()).isEqualTo(503);
        assertThat(found(tokens.verify(token("cy", "one"))).person().user()).isEqualTo("cy");
    }

    @Test
    void aWrongAudienceOrIssuerIsLoggedOnceAMinuteWithoutTheToken() {
        AtomicLong now = new AtomicLong();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        Handler recorder = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warnings.add(entry.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(TokenVerifier.class.getName());
        logger.addHandler(recorder);
        try {
            TokenVerifier tokens = tokens(new Config(Duration.ofSeconds(10), 10, Duration.ofMinutes(1)), now::get);
            // Warned of the first token and of the one a minute later.
            for (long millis : List.of(0L, 1L, 59_999L, 60_000L, 60_001L)) {
                now.set(millis);
                for (JwtClaimsBuilder wrong : List.of(
                        TestTokens.claims("ann" + millis, TestTokens.MEMBER).audience("payroll\n" + "x".repeat(1000)),
                        TestTokens.claims("ann" + millis, TestTokens.MEMBER).issuer("https://other.test"))) {
                    String token = wrong.jws().keyId("one").sign(TestTokens.privateKey());
                    assertThat(refusal(tokens.verify(token)).status()).isEqualTo(401);
                }
            }
        } finally {
            logger.removeHandler(recorder);
        }
        assertThat(warnings).hasSize(4);
        String audience = warnings.remove();
        assertThat(audience).contains("{\"aud\":\"payroll\\nxxx");
        assertThat(audience).contains("mp.jwt.verify.audiences wants [" + TestTokens.AUDIENCE + "]");
        assertThat(audience.length()).as(audience).isLessThan(300);
        String issuer = warnings.remove();
        assertThat(issuer).contains("{\"iss\":\"https://other.test\"}");
        assertThat(issuer).contains("mp.jwt.verify.issuer wants " + TestTokens.ISSUER);
    }

    @Test
    void aTokenIsVerifiedAgainAfterItsCacheTime() {
        AtomicInteger parsed = new AtomicInteger();
        JWTAuthContextInfo settings = settings();
        TokenVerifier tokens = new TokenVerifier(
                new TokenParser(Duration.ofMinutes(1)) {
                    @Override
                    public JwtContext parse(String token, JWTAuthContextInfo settings) throws ParseException {
                        parsed.incrementAndGet();
                        return super.parse(token, settings);
                    }
                },
                settings,
                new Config(Duration.ofSeconds(20), 10, Duration.ofMillis(300)),
                InstantSource.system(),
                MonotonicClock.system(),
                vertx,
                registry);
        String token = token("ann", "one");
        found(tokens.verify(token));
        assertThat(tokens.verify(token).isComplete()).as("known at once").isTrue();
        assertThat(parsed.get()).isEqualTo(1);
        await().until(() -> {
            found(tokens.verify(token));
            return parsed.get() == 2;
        });
    }

    // --

    private TokenVerifier tokens(Config config) {
        return tokens(config, MonotonicClock.system());
    }

    private TokenVerifier tokens(Config config, MonotonicClock monotonic) {
        return new TokenVerifier(
                new TokenParser(config.refetchKeysAfter()),
                settings(),
                config,
                InstantSource.system(),
                monotonic,
                vertx,
                registry);
    }

    private JWTAuthContextInfo settings() {
        JWTAuthContextInfo settings = new JWTAuthContextInfo(issuer.address(), TestTokens.ISSUER);
        settings.setExpectedAudience(java.util.Set.of(TestTokens.AUDIENCE));
        settings.setRequireNamedPrincipal(true);
        return settings;
    }

    private static String token(String user, String key) {
        return token(user, key, TestTokens.privateKey());
    }

    private static String token(String user, String key, PrivateKey signer) {
        return TestTokens.claims(user, TestTokens.MEMBER)
                .expiresAt(Instant.now().plusSeconds(60))
                .jws()
                .keyId(key)
                .sign(signer);
    }

    private static Caller found(Future<Caller> verified) {
        return verified.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static boolean found(Vertx vertx, TokenVerifier tokens, String token) {
        Future<Caller> verified = tokens.verify(token);
        await().until(verified::isComplete);
        return verified.succeeded();
    }

    private static ProblemException refusal(Future<Caller> verified) {
        await().atMost(Duration.ofSeconds(30)).until(verified::isComplete);
        assertThat(verified.failed()).isTrue();
        return (ProblemException) verified.cause();
    }
}
