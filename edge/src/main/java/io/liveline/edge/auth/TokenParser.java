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
 * Parser of tokens that fetches the issuer's keys again when a token names a key that is not among them, and not more
 * often than once in a while. Until then nobody knows whether the key is new or made up, so such a token is not
 * refused: its bearer is asked to come again ({@link ProblemException} 503).
 */
class TokenParser extends DefaultJWTTokenParser {

    private final Duration refetchKeysAfter;
    private volatile VerificationKeyResolver keys;

    TokenParser(Duration refetchKeysAfter) {
        this.refetchKeysAfter = refetchKeysAfter;
    }

    @Override
    protected VerificationKeyResolver getVerificationKeyResolver(JWTAuthContextInfo settings)
            throws UnresolvableKeyException {
        if (keys == null) {
            synchronized (this) {
                if (keys == null) {
                    keys = new Keys(settings, refetchKeysAfter.toNanos());
                }
            }
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
            // How often is for the method below to say.
            jwks.setRefreshReprieveThreshold(0);
            return jwks;
        }

        /**
         * Fetches them for one token; others whose key is unknown do not wait for that, as they would take all threads.
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
            } catch (IOException away) {
                throw new UncheckedIOException(away);
            } catch (JoseException notKeys) {
                throw new UncheckedIOException(new IOException("The keys of the issuer cannot be read", notKeys));
            }
        }
    }
}
