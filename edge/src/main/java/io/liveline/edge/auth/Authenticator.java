package io.liveline.edge.auth;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Authentication of requests: with {@code liveline.auth=jwt} by a bearer token, with {@code guest} by the name in the
 * query parameter {@code name}.
 */
@Singleton
@Startup
public final class Authenticator {

    /** Kind of authentication: {@code liveline.auth}. */
    public enum Auth {
        GUEST,
        JWT
    }

    // Null for guests.
    private final TokenVerifier tokens;

    @Inject
    Authenticator(
            @ConfigProperty(name = "liveline.auth", defaultValue = "jwt") Auth auth,
            @ConfigProperty(name = "mp.jwt.verify.clock.skew", defaultValue = "60") int skewSeconds,
            EdgeConfig config,
            Instance<JWTAuthContextInfo> settings,
            Vertx vertx,
            MeterRegistry registry) {
        if (auth == Auth.GUEST) {
            checkGuestsAllowed(config.anyoneMayClaimAnyName(), LaunchMode.current());
            this.tokens = null;
        } else {
            JWTAuthContextInfo jwt = settings.get();
            checkComplete(jwt);
            if (skewSeconds == 0) {
                // SmallRye ignores a skew of 0 and would use its default of a minute.
                jwt.setClockSkew(0);
            }
            this.tokens = new TokenVerifier(
                    new TokenParser(config.tokens().refetchKeysAfter()),
                    jwt,
                    config.tokens(),
                    InstantSource.system(),
                    MonotonicClock.system(),
                    vertx,
                    registry);
        }
    }

    /** Creates an authenticator with this verifier, or for guests if it is null. */
    Authenticator(TokenVerifier tokens) {
        this.tokens = tokens;
    }

    /**
     * Returns the caller of a request or an upgrade. The future is complete at once for guests and for tokens that are
     * cached. It fails with a {@link ProblemException}: 401 {@code unauthorized} or {@code token_expired}; 400 {@code
     * bad_name}; 503 {@code unavailable} if tokens cannot be verified now.
     */
    public Future<Caller> of(HttpServerRequest request) {
        // An exception of the function fails the future.
        return Future.succeededFuture(request)
                .compose(of -> tokens == null
                        ? Future.succeededFuture(Caller.guest(named(of.query()), address(of)))
                        : tokens.verify(BearerTokenReader.of(of)));
    }

    /**
     * Returns the same person with another token; guests are returned unchanged. Fails as {@link #of} does, and with
     * 401 {@code unauthorized} if the token belongs to another person.
     */
    public Future<Caller> renew(Caller caller, String token) {
        if (tokens == null) {
            return Future.succeededFuture(caller);
        }
        return tokens.verify(token).map(renewed -> {
            if (!renewed.account().equals(caller.account())) {
                throw TokenVerifier.invalid("it belongs to another person");
            }
            return renewed;
        });
    }

    /** Returns the address of the client. Behind a trusted proxy, Quarkus has set the address of the client here. */
    public static String address(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null || address.hostAddress() == null ? "local" : address.hostAddress();
    }

    private static Person named(String query) {
        if (query == null || !query.contains("name=")) {
            return null;
        }
        List<String> names = new QueryStringDecoder(query, StandardCharsets.UTF_8, false, 32)
                .parameters()
                .get("name");
        if (names == null) {
            return null;
        }
        String name = names.get(0).strip();
        return new Person(name, name);
    }

    static void checkGuestsAllowed(boolean anyoneMayClaimAnyName, LaunchMode mode) {
        if (mode == LaunchMode.NORMAL && !anyoneMayClaimAnyName) {
            throw new ConfigurationException(
                    "liveline.auth=guest does not verify the names of clients. Set liveline.auth=jwt "
                            + "(LIVELINE_AUTH) and the issuer of the tokens (mp.jwt.verify.issuer, .audiences, "
                            + ".publickey.location), or, if nobody else can reach this service, "
                            + "liveline.edge.anyone-may-claim-any-name=true (LIVELINE_EDGE_ANYONE_MAY_CLAIM_ANY_NAME)");
        }
    }

    private static void checkComplete(JWTAuthContextInfo jwt) {
        boolean hasKey = jwt.getPublicKeyContent() != null
                || jwt.getPublicKeyLocation() != null
                || jwt.getPublicVerificationKey() != null
                || jwt.getSecretKeyContent() != null
                || jwt.getSecretVerificationKey() != null;
        boolean hasAudience =
                jwt.getExpectedAudience() != null && !jwt.getExpectedAudience().isEmpty();
        if (jwt.getIssuedBy() == null || !hasAudience || !hasKey) {
            throw new ConfigurationException(
                    "liveline.auth=jwt requires an issuer, an audience and a key: set mp.jwt.verify.issuer "
                            + "(MP_JWT_VERIFY_ISSUER), mp.jwt.verify.audiences (MP_JWT_VERIFY_AUDIENCES) and "
                            + "mp.jwt.verify.publickey.location (MP_JWT_VERIFY_PUBLICKEY_LOCATION): the address of a "
                            + "JWKS, or a file. Or accept any name without verification: liveline.auth=guest with "
                            + "liveline.edge.anyone-may-claim-any-name=true");
        }
    }
}
