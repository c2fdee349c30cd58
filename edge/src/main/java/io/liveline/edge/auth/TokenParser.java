package io.liveline.edge.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.liveline.edge.ProblemException;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.KeyLocationResolver;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Parser of tokens that fetches the keys of the issuer again for a token with an unknown key, at a limited rate.
 * Between fetches it is not known whether such a key is new or invented. The token is therefore not rejected as
 * invalid, but with a time to retry ({@link ProblemException} 503).
 */
class TokenParser extends DefaultJWTTokenParser {

    private final Duration refetchKeysAfter;
    private VerificationKeyResolver keys;

    TokenParser(Duration refetchKeysAfter) {
        this.refetchKeysAfter = refetchKeysAfter;
    }

    @Override
    protected synchronized VerificationKeyResolver getVerificationKeyResolver(JWTAuthContextInfo settings)
            throws UnresolvableKeyException {
        if (keys == null) {
            keys = new Keys(settings, refetchKeysAfter.toNanos());
        }
        return keys;
    }

    private static final class Keys extends KeyLocationResolver {

        private final long refetchAfterNanos;
        private final AtomicLong refetchAt = new AtomicLong(System.nanoTime());

        Keys(JWTAuthContextInfo settings, long refetchAfterNanos) throws UnresolvableKeyException {
            super(settings);
            this.refetchAfterNanos = refetchAfterNanos;
        }

        @Override
        protected HttpsJwks getHttpsJwks(String location) {
            HttpsJwks jwks = super.getHttpsJwks(location);
            // The method below limits the rate.
            jwks.setRefreshReprieveThreshold(0);
            return jwks;
        }

        /**
         * Fetches the keys for one token. Other tokens with unknown keys do not wait for it, as they would occupy all
         * threads.
         */
        @Override
        protected boolean forcedHttpsJwksRefresh() {
            long now = System.nanoTime();
            long at = refetchAt.get();
            if (now - at < 0 || !refetchAt.compareAndSet(at, now + refetchAfterNanos)) {
                throw TokenVerifier.unavailable(Duration.ofNanos(Math.max(refetchAt.get() - now, 0)));
            }
            try {
                httpsJwks.refresh();
                return true;
            } catch (IOException unreachable) {
                throw new UncheckedIOException(unreachable);
            } catch (JoseException notKeys) {
                throw new UncheckedIOException(new IOException("The keys of the issuer cannot be read", notKeys));
            }
        }
    }
}
