package io.liveline.edge.auth;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

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
 * Finds out who is asking: with {@code liveline.auth=jwt} by the token that they bear, with {@code guest} by the name
 * that they say in the query parameter {@code name}.
 */
@Singleton
@Startup
public final class Authenticator {

    /** How it is found out: {@code liveline.auth}. */
    public enum Auth {
        GUEST,
        JWT
    }

    // Null: guests.
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
            checkGuestsMayCome(config.anyoneMayClaimAnyName(), LaunchMode.current());
            this.tokens = null;
        } else {
            JWTAuthContextInfo jwt = settings.get();
            checkComplete(jwt);
            if (skewSeconds == 0) {
                // SmallRye passes over a skew of none, and would go on with its own of a minute.
                jwt.setClockSkew(0);
            }
            this.tokens = new TokenVerifier(
                    new TokenParser(config.tokens().refetchKeysAfter()),
                    jwt,
                    config.tokens(),
                    InstantSource.system(),
                    vertx,
                    registry);
        }
    }

    /** For guests, or by these tokens. */
    Authenticator(TokenVerifier tokens) {
        this.tokens = tokens;
    }

    /**
     * Whoever is behind a request or an upgrade. Known at once for guests and for tokens that were seen a moment ago.
     * Fails with a {@link ProblemException}: 401 {@code unauthorized}, {@code token_expired}; 400 {@code bad_name}; 503
     * {@code unavailable} when tokens cannot be verified now.
     */
    public Future<Caller> of(HttpServerRequest request) {
        if (tokens == null) {
            try {
                return Future.succeededFuture(guest(request));
            } catch (ProblemException badName) {
                return Future.failedFuture(badName);
            }
        }
        String token;
        try {
            token = BearerTokenReader.of(request);
        } catch (ProblemException twice) {
            return Future.failedFuture(twice);
        }
        return token == null
                ? Future.failedFuture(ProblemException.unauthorized("unauthorized", "Send a token", "Bearer"))
                : tokens.verify(token);
    }

    /**
     * The same person, by another token; guests stay what they are. Fails as {@link #of} does, and with 401
     * {@code unauthorized} when it is the token of somebody else.
     */
    public Future<Caller> renew(Caller caller, String token) {
        if (tokens == null) {
            return Future.succeededFuture(caller);
        }
        return tokens.verify(token).map(renewed -> {
            if (!renewed.account().equals(caller.account())) {
                throw TokenVerifier.invalid("it is not of the same person");
            }
            return renewed;
        });
    }

    private static Caller guest(HttpServerRequest request) {
        return Caller.guest(said(request.query()), address(request));
    }

    /** Where a request comes from. Behind a proxy that is trusted, Quarkus has put the client's address here. */
    public static String address(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null || address.hostAddress() == null ? "local" : address.hostAddress();
    }

    private static Person said(String query) {
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

    static void checkGuestsMayCome(boolean anyoneMayClaimAnyName, LaunchMode mode) {
        if (mode == LaunchMode.NORMAL && !anyoneMayClaimAnyName) {
            throw new ConfigurationException(
                    "liveline.auth=guest lets anybody claim to be anybody. Set liveline.auth=jwt "
                            + "(LIVELINE_AUTH) and who issues the tokens (mp.jwt.verify.issuer, .audiences, "
                            + ".publickey.location), or, where nobody else comes near this service, "
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
            throw new ConfigurationException("liveline.auth=jwt takes tokens, and has to be told which: set "
                    + "mp.jwt.verify.issuer (MP_JWT_VERIFY_ISSUER), mp.jwt.verify.audiences (MP_JWT_VERIFY_AUDIENCES) and "
                    + "mp.jwt.verify.publickey.location (MP_JWT_VERIFY_PUBLICKEY_LOCATION): the address of a JWKS, or a "
                    + "file. Or let anybody in who says a name: liveline.auth=guest with "
                    + "liveline.edge.anyone-may-claim-any-name=true");
        }
    }
}
