package io.liveline.edge.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.liveline.bus.support.Digest;
import io.liveline.bus.support.MeterFactory;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Verification of bearer tokens (MicroProfile JWT). It may fetch keys, so it runs on worker threads. A verified token
 * is cached under its digest for a while and then needs no thread.
 */
final class TokenVerifier {

    private static final Logger LOG = Logger.getLogger(TokenVerifier.class);
    private static final int MAX_LENGTH = 16 * 1024;
    private static final int THREADS = 2;
    private static final long YEAR_9999_SECONDS = 253_402_300_799L;
    private static final long WARN_EVERY_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int MAX_SHOWN_LENGTH = 100;

    private final DefaultJWTTokenParser parser;
    private final JWTAuthContextInfo settings;
    private final EdgeConfig.Tokens config;
    private final long skewSeconds;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final WorkerExecutor threads;
    private final Cache<String, Caller> verified;
    private final AtomicInteger verifying = new AtomicInteger();
    private final MeterFactory meters;
    /** Time of the last warning for each reason, by {@code monotonic}. */
    private final Map<String, Long> warned = new ConcurrentHashMap<>();

    TokenVerifier(
            DefaultJWTTokenParser parser,
            JWTAuthContextInfo settings,
            EdgeConfig.Tokens config,
            InstantSource clock,
            MonotonicClock monotonic,
            Vertx vertx,
            MeterRegistry registry) {
        this.parser = parser;
        this.settings = settings;
        this.config = config;
        this.skewSeconds =
                settings.getExpGracePeriodSecs() > 0 ? settings.getExpGracePeriodSecs() : settings.getClockSkew();
        this.clock = clock;
        this.monotonic = monotonic;
        this.threads = vertx.createSharedWorkerExecutor("liveline-tokens", THREADS);
        this.verified = Caffeine.newBuilder()
                .maximumSize(config.remembered())
                .expireAfterWrite(config.rememberedFor())
                .executor(Runnable::run)
                .build();
        this.meters = new MeterFactory(registry, "liveline.edge.");
        meters.gauge("tokens.verifying", "Tokens in verification", verifying::get);
    }

    /**
     * Returns the bearer of a token. Fails with a {@link ProblemException}: 401 {@code unauthorized} or {@code
     * token_expired}; 503 {@code unavailable} if the keys cannot be fetched or too many tokens are in verification.
     */
    Future<Caller> verify(String token) {
        if (token.length() > MAX_LENGTH) {
            return rejected(invalid("it is too long"));
        }
        String digest = Digest.sha256(token.getBytes(StandardCharsets.UTF_8), 32);
        Caller known = verified.getIfPresent(digest);
        if (known != null) {
            return known.isExpired(clock.millis()) ? rejected(Caller.expired()) : Future.succeededFuture(known);
        }
        if (verifying.incrementAndGet() > config.verifying()) {
            verifying.decrementAndGet();
            return rejected(unavailable(config.patience()));
        }
        Future<Caller> found = threads.executeBlocking(
                () -> {
                    try {
                        return read(token);
                    } finally {
                        verifying.decrementAndGet();
                    }
                },
                false);
        return found.timeout(config.patience().toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(caller -> verified.put(digest, caller))
                .recover(failure -> rejected(problem(failure)));
    }

    private Caller read(String token) throws ParseException {
        JwtClaims verified = parser.parse(token, settings).getJwtClaims();
        TokenClaims claims = new TokenClaims(new DefaultJWTCallerPrincipal(verified), config.claim());
        long expires = Math.min(claims.expiresSeconds(), YEAR_9999_SECONDS) + skewSeconds;
        Person person = claims.person();
        return new Caller(
                person,
                claims.rights(),
                person.user(),
                TimeUnit.SECONDS.toMillis(expires),
                monotonic.millis() + config.rememberedFor().toMillis());
    }

    private Future<Caller> rejected(ProblemException problem) {
        meters.counter("tokens.refused", "Rejected tokens", "code", problem.code())
                .increment();
        return Future.failedFuture(problem);
    }

    /** Returns the problem in our own words, because the messages of the library could quote the token. */
    private ProblemException problem(Throwable failure) {
        if (failure instanceof TimeoutException) {
            warn("keys", "Tokens cannot be verified now: verification timed out");
            return unavailable(config.patience());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException known) {
                return known;
            }
            if (cause instanceof InvalidJwtException invalid) {
                if (invalid.hasExpired()) {
                    return Caller.expired();
                }
                warnOfClaims(invalid);
            }
            boolean keysUnavailable = cause instanceof UnresolvableKeyException && cause.getCause() != null;
            if (keysUnavailable || cause instanceof IOException) {
                warn("keys", "Tokens cannot be verified now: " + cause.getMessage());
                return unavailable(config.patience());
            }
        }
        return failure instanceof ParseException
                ? invalid("its format, signature, issuer, audience or time is wrong")
                : ProblemResponses.of(failure);
    }

    /** Warns of a token that the issuer signed for another audience or name, which usually is a configuration error. */
    private void warnOfClaims(InvalidJwtException invalid) {
        if (invalid.hasErrorCode(ErrorCodes.AUDIENCE_INVALID) || invalid.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
            warnOfClaim(invalid, "aud", "mp.jwt.verify.audiences", settings.getExpectedAudience());
        }
        if (invalid.hasErrorCode(ErrorCodes.ISSUER_INVALID) || invalid.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
            warnOfClaim(invalid, "iss", "mp.jwt.verify.issuer", settings.getIssuedBy());
        }
    }

    private void warnOfClaim(InvalidJwtException invalid, String claim, String key, Object wanted) {
        Object value = invalid.getJwtContext().getJwtClaims().getClaimValue(claim);
        String got = JsonObject.of(claim, value).encode();
        String shown = got.length() > MAX_SHOWN_LENGTH ? got.substring(0, MAX_SHOWN_LENGTH) + "…" : got;
        warn(claim, "A token was rejected: it contains %s, but %s wants %s".formatted(shown, key, wanted));
    }

    /** Warns of a reason, at most once a minute. */
    private void warn(String reason, String message) {
        long now = monotonic.millis();
        if (now - warned.getOrDefault(reason, now - WARN_EVERY_MILLIS) >= WARN_EVERY_MILLIS) {
            warned.put(reason, now);
            LOG.warn(message);
        }
    }

    static ProblemException invalid(String why) {
        return ProblemException.unauthorized(
                "unauthorized", "The token is not valid: " + why, "Bearer error=\"invalid_token\"");
    }

    static ProblemException unavailable(Duration retryAfter) {
        return ProblemException.unavailable("Tokens cannot be verified now; try again later", retryAfter);
    }
}
