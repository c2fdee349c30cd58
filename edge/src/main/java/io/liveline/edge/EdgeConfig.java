package io.liveline.edge;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of the HTTP edge of every service: keys under {@code liveline.edge}. */
@ConfigMapping(prefix = "liveline.edge")
public interface EdgeConfig {

    /** Period for which the bus may be unavailable before the service reports that it is not ready. */
    @WithDefault("10s")
    Duration readinessGrace();

    /**
     * Period for which a replica continues after SIGTERM. It reports that it is not ready and closes its client
     * connections one by one over this period, so that the clients do not all reconnect to the other replicas at once.
     * It must not be shorter than the time until load balancers send no new requests here. 0 lets a replica end at
     * once.
     */
    @WithDefault("10s")
    Duration drain();

    /**
     * Origins of other sites whose pages may open a WebSocket here, such as {@code https://example.org}. A service's
     * own origin is always allowed. For HTTP, set {@code quarkus.http.cors.origins}.
     */
    Optional<Set<String>> origins();

    /**
     * Sites that may show the page in a frame: {@code 'none'}, or any of {@code 'self'} and origins such as {@code
     * https://example.org}. They become {@code frame-ancestors} in the content security policy.
     */
    @WithDefault("'none'")
    List<String> frameAncestors();

    /**
     * Permission to start in production with {@code liveline.auth=guest}, which does not verify the names of clients.
     * Use it only for a machine that nobody else can reach, and for trials.
     */
    @WithDefault("false")
    boolean anyoneMayClaimAnyName();

    /** Maximum number of open connections of any kind to a replica. Further connections are closed at once. */
    @WithDefault("30000")
    int maxConnections();

    /**
     * Maximum time to receive the head of a request, from the opening of the connection or from the first byte of a
     * later head. After it the connection is closed.
     */
    @WithDefault("10s")
    Duration headTimeout();

    /** Maximum time to receive the body of a request after its head. After it the connection is closed. */
    @WithDefault("30s")
    Duration bodyTimeout();

    /**
     * Maximum memory for recognized polls. The next poll of a client that differs only in its position is then
     * recognized by its bytes and not parsed. Polls for which there is no memory are parsed. A client takes about 1 KB
     * and at most 20. 0 turns recognition off, as an access log does, which would not show recognized polls.
     */
    @WithDefault("16M")
    MemorySize knownPolls();

    /** Maximum nesting depth of the JSON in a body. A deeper body is rejected with 400. */
    @WithDefault("16")
    int jsonDepth();

    /** Verification of tokens. Issuer, audience and keys are set under {@code mp.jwt.verify}. */
    Tokens tokens();

    /** Rate limits. */
    Rate rate();

    /** Addresses of the services for browsers, where they differ from the origin that served the page. */
    Services services();

    /**
     * Base addresses without a trailing slash, such as {@code http://localhost:8081}. A service without an address is
     * at the origin of the page.
     */
    interface Services {

        /** Base address of the chat service. */
        Optional<String> chat();

        /** Base address of the dashboard service. */
        Optional<String> dashboard();

        /** Base address of the presence service. */
        Optional<String> presence();
    }

    /** Verification of tokens. */
    interface Tokens {

        /** Name of the claim with the rights of the bearer: an object of lists of patterns, see docs/security.md. */
        @WithDefault("liveline")
        String claim();

        /**
         * Period for which a verified token is accepted without another verification. A withdrawn key is still accepted
         * for this long.
         */
        @WithDefault("1m")
        Duration rememberedFor();

        /** Maximum number of cached verified tokens. The least recently used one is evicted for another. */
        @WithDefault("50000")
        int remembered();

        /** Maximum number of tokens in verification at once. Further ones are rejected with 503. */
        @WithDefault("500")
        int verifying();

        /**
         * Minimum time between two fetches of the issuer's keys for tokens with an unknown key. Such tokens are
         * rejected with 503 meanwhile, because the key may be either new or invented.
         */
        @WithDefault("10s")
        Duration refetchKeysAfter();

        /** Maximum time to verify a token, including the fetch of keys. After it the request is rejected with 503. */
        @WithDefault("5s")
        Duration patience();
    }

    /** Rate limits as token buckets, which hold a burst and refill steadily. */
    interface Rate {

        /** Switch for all rate limits. Turn them off only to measure. */
        @WithDefault("true")
        boolean limited();

        /**
         * Limit for the requests and frames of one person, over all their connections to a replica. Guests are counted
         * by name and address.
         */
        Bucket person();

        /**
         * Limit for the requests of one address before the client is authenticated. Requests with a valid token do not
         * count. The first 64 bits of an IPv6 address count as one address.
         */
        AddressBucket address();

        /**
         * Maximum number of people, and of addresses, whose buckets are kept. The least active one is evicted for
         * another.
         */
        @WithDefault("100000")
        int tracked();

        /** Token bucket of a person. */
        interface Bucket {

            /** Size of the burst. */
            @WithDefault("1000")
            int burst();

            /** Tokens added a second. */
            @WithDefault("100")
            int perSecond();
        }

        /** Token bucket of an address, which a whole office may share. */
        interface AddressBucket {

            /** Size of the burst. */
            @WithDefault("10000")
            int burst();

            /** Tokens added a second. */
            @WithDefault("2000")
            int perSecond();
        }
    }
}
