package io.liveline.edge;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What every service does at its HTTP edge: keys under {@code liveline.edge}. */
@ConfigMapping(prefix = "liveline.edge")
public interface EdgeConfig {

    /** How long the bus may be away before the service says that it is not ready. */
    @WithDefault("10s")
    Duration readinessGrace();

    /**
     * For how long a replica that has been asked to end (SIGTERM) goes on: it says that it is not ready, and sees its
     * clients off, each in a slot of its own, so that they do not all come to the others at once. Not shorter than it
     * takes until no new request is sent here. Nothing for a replica that may end at once.
     */
    @WithDefault("10s")
    Duration drain();

    /**
     * Origins of other sites whose pages may open a WebSocket here, such as {@code https://example.org}. A service's
     * own origin always may. For HTTP the like is set with {@code quarkus.http.cors.origins}.
     */
    Optional<Set<String>> origins();

    /**
     * Sites that may show the page in a frame: {@code 'none'}, or some of {@code 'self'} and origins such as
     * {@code https://example.org}. They become {@code frame-ancestors} of the content security policy.
     */
    @WithDefault("'none'")
    List<String> frameAncestors();

    /**
     * Lets a service start in production with {@code liveline.auth=guest}, where whoever asks is whoever they say they
     * are: for one machine that nobody else reaches, and for trying things out.
     */
    @WithDefault("false")
    boolean anyoneMayClaimAnyName();

    /** How many connections a replica has at once, of whatever kind; one more is closed as it comes. */
    @WithDefault("30000")
    int maxConnections();

    /**
     * How long a connection may take to send the head of a request, from its opening or from the first byte of a later
     * head on; beyond, it is closed.
     */
    @WithDefault("10s")
    Duration headTimeout();

    /** How long a request may take to send its body after its head; beyond, its connection is closed. */
    @WithDefault("30s")
    Duration bodyTimeout();

    /**
     * How much may be remembered of polls, so that the next of a client, the same but for its position, is known by its
     * bytes and not parsed; beyond, it is. It takes about 1 KB a client, and no more than 20. Such a poll is in no log
     * or metric of Vert.x' or Quarkus' own. 0: nothing.
     */
    @WithDefault("16M")
    MemorySize knownPolls();

    /** How deep the JSON of a body may be nested; deeper, it is refused with 400. */
    @WithDefault("16")
    int jsonDepth();

    /** How tokens are verified; whose they are and with which keys is said under {@code mp.jwt.verify}. */
    Tokens tokens();

    /** How much may be asked of a service in a time. */
    Rate rate();

    /** Where browsers find each service, when it is not at the origin that served the page. */
    Services services();

    /** Base addresses without a slash at their end, such as {@code http://localhost:8081}; unset: where the page is. */
    interface Services {

        /** The chat service. */
        Optional<String> chat();

        /** The dashboard service. */
        Optional<String> dashboard();

        /** The presence service. */
        Optional<String> presence();
    }

    /** How tokens are verified. */
    interface Tokens {

        /** The claim that says what its bearer may do: an object of lists of patterns, see docs/security.md. */
        @WithDefault("liveline")
        String claim();

        /**
         * How long a token that was verified is taken without verifying it anew; a key that is withdrawn counts so
         * long.
         */
        @WithDefault("1m")
        Duration rememberedFor();

        /** How many verified tokens are remembered; the least used is forgotten for one more. */
        @WithDefault("50000")
        int remembered();

        /** How many tokens may be in verification at once; one more is sent away with 503. */
        @WithDefault("500")
        int verifying();

        /**
         * For how long the issuer's keys are not fetched again for a token whose key is unknown; its bearer is sent
         * away with 503 meanwhile, as the key may be new or made up.
         */
        @WithDefault("10s")
        Duration refetchKeysAfter();

        /** How long verifying a token may take, with fetching keys, before its bearer is sent away with 503. */
        @WithDefault("5s")
        Duration patience();
    }

    /** How much may be asked in a time: token buckets, which hold a burst and fill up steadily. */
    interface Rate {

        /** Whether there are these limits at all; without, for measuring. */
        @WithDefault("true")
        boolean limited();

        /** Requests and frames of one person, over all their connections to a replica; guests by name and address. */
        Bucket person();

        /**
         * Requests of one address before it is known who asks; who shows a valid token does not use it up. Of IPv6 the
         * first 64 bits count as one address.
         */
        AddressBucket address();

        /** How many people, and how many addresses, are kept account of; the least active is forgotten for one more. */
        @WithDefault("100000")
        int tracked();

        /** Of a person. */
        interface Bucket {

            /** How many at once. */
            @WithDefault("1000")
            int burst();

            /** How many a second in the long run. */
            @WithDefault("100")
            int perSecond();
        }

        /** Of an address, behind which there may be a whole office. */
        interface AddressBucket {

            /** How many at once. */
            @WithDefault("10000")
            int burst();

            /** How many a second in the long run. */
            @WithDefault("2000")
            int perSecond();
        }
    }
}
