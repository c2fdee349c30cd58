package io.liveline.bus;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * How the bus works: keys under {@code liveline.bus}. Where Redis is, is told by Quarkus' own {@code quarkus.redis}
 * keys.
 */
@ConfigMapping(prefix = "liveline.bus")
public interface BusConfig {

    /** What carries events. */
    @WithDefault("redis")
    Transport transport();

    /** How long a publish or a read may take before it fails, also while Redis is away. */
    @WithDefault("5s")
    Duration timeout();

    /** How many publishes and reads may be under way; one more fails at once. */
    @WithDefault("2000")
    int maxPending();

    /** The largest event, in bytes of UTF-8. */
    @WithDefault("131072")
    int maxEventBytes();

    /** How long a repeated idempotency key is recognised. */
    @WithDefault("10m")
    Duration idempotencyWindow();

    /** How much of each topic is kept. */
    History history();

    /** How many topics may be listened to here and, on the in-process bus, kept; one more is refused. */
    @WithDefault("100000")
    int maxTopics();

    /** The Redis bus. */
    Redis redis();

    /** What carries events. */
    enum Transport {
        /** Memory of this process: for a process that is alone. */
        LOCAL,
        /** Redis: for any number of replicas. */
        REDIS
    }

    /** How much of each topic is kept: both bounds hold. */
    interface History {

        /** How many events. */
        @WithDefault("1000")
        int length();

        /** For how long. */
        @WithDefault("24h")
        Duration age();

        /** For how long after its last event a topic still knows its cursors; not shorter than the age. */
        @WithDefault("7d")
        Duration cursorLife();
    }

    /** The Redis bus. */
    interface Redis {

        /** What all keys and channels begin with. */
        @WithDefault("ll:")
        String prefix();

        /**
         * How often a pulse is sent through each Redis server to this process itself, and a cluster is asked who owns
         * what.
         */
        @WithDefault("1s")
        Duration pulse();

        /**
         * After how long without a pulse the bus counts as away and the listening connection is made anew; also, for
         * how long a topic may be on its way to another node of a cluster without that.
         */
        @WithDefault("3s")
        Duration degradedAfter();

        /**
         * The shortest wait before connecting again; it doubles up to {@link #reconnectMax()}, with full jitter, until
         * a connection has lasted for longer than that.
         */
        @WithDefault("100ms")
        Duration reconnectMin();

        /** The longest wait before connecting again. */
        @WithDefault("3s")
        Duration reconnectMax();

        /** How long a topic stays subscribed to after its last listener left. */
        @WithDefault("5s")
        Duration unsubscribeAfter();

        /**
         * How many commands of one turn of the event loop go to a server in one write; 1: each alone. Those among them
         * that publish on one topic are one call for each MiB.
         */
        @WithDefault("64")
        int commandsAtOnce();

        /**
         * For how long each goes alone after an error in such a write: all others in it are asked again, and a topic
         * that always fails must not have everything done twice.
         */
        @WithDefault("1s")
        Duration aloneAfterError();

        /** How many events are fetched at once when a hole is repaired. */
        @WithDefault("256")
        int repairPage();

        /** How many topics are repaired at once after a reconnect. */
        @WithDefault("64")
        int repairsAtOnce();
    }
}
