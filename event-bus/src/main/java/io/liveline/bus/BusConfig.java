package io.liveline.bus;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * Configuration of the bus: keys under {@code liveline.bus}. Quarkus' own {@code quarkus.redis} keys configure the
 * connection to Redis.
 */
@ConfigMapping(prefix = "liveline.bus")
public interface BusConfig {

    /** Transport of the events. */
    @WithDefault("redis")
    Transport transport();

    /** Timeout of a publish or a read, also while Redis is unavailable. */
    @WithDefault("5s")
    Duration timeout();

    /** Maximum number of publishes and reads in progress; one more fails at once. */
    @WithDefault("2000")
    int maxPending();

    /** Maximum size of an event in bytes of UTF-8. */
    @WithDefault("131072")
    int maxEventBytes();

    /** Time for which a repeated idempotency key is recognised. */
    @WithDefault("10m")
    Duration idempotencyWindow();

    /** Retention of each topic. */
    History history();

    /**
     * Maximum number of topics that this process subscribes to and, on the in-process bus, keeps; one more is rejected.
     */
    @WithDefault("100000")
    int maxTopics();

    /** Bounds of each table on a topic. */
    Table table();

    /** Settings of the Redis bus. */
    Redis redis();

    /** Transport of the events. */
    enum Transport {
        /** Memory of this process, for a deployment of a single process. */
        LOCAL,
        /** Redis, for any number of replicas. */
        REDIS
    }

    /** Retention of each topic: both bounds apply. */
    interface History {

        /** Maximum number of events. */
        @WithDefault("1000")
        int length();

        /** Maximum age of an event. */
        @WithDefault("24h")
        Duration age();

        /** Time for which a topic recognises its cursors after its last event; not shorter than the age. */
        @WithDefault("7d")
        Duration cursorLife();
    }

    /** Bounds of each table on a topic. Redis reads a snapshot in one step, and runs nothing else meanwhile. */
    interface Table {

        /** Maximum number of keys. */
        @WithDefault("10000")
        int maxKeys();

        /** Maximum size of a value in bytes of UTF-8. */
        @WithDefault("256")
        int maxValueBytes();
    }

    /** Settings of the Redis bus. */
    interface Redis {

        /** Prefix of all keys and channels. */
        @WithDefault("ll:")
        String prefix();

        /**
         * Interval at which this process sends a pulse to itself through each Redis server and refreshes the slot map
         * of a cluster.
         */
        @WithDefault("1s")
        Duration pulse();

        /**
         * Time without a pulse after which the bus is degraded and the subscriber connection is replaced. Also the time
         * that a topic may take to move to another node of a cluster before the bus is degraded.
         */
        @WithDefault("3s")
        Duration degradedAfter();

        /**
         * Minimum wait before reconnecting; it doubles up to {@link #reconnectMax()}, with full jitter, until a
         * connection has lasted for longer than that maximum.
         */
        @WithDefault("100ms")
        Duration reconnectMin();

        /** Maximum wait before reconnecting. */
        @WithDefault("3s")
        Duration reconnectMax();

        /** Time for which a topic stays subscribed after its last listener has left. */
        @WithDefault("5s")
        Duration unsubscribeAfter();

        /**
         * Maximum number of commands from one turn of the event loop that are written to a server together; 1 disables
         * batching. Publishes on one topic are merged into one call, of at most one MiB.
         */
        @WithDefault("64")
        int commandsAtOnce();

        /**
         * Time for which batching is disabled after an error in a batch. All commands of a failed batch are sent again,
         * and a topic that always fails must not cause everything to run twice.
         */
        @WithDefault("1s")
        Duration aloneAfterError();

        /** Number of events per page when missing events are read from the log. */
        @WithDefault("256")
        int repairPage();

        /** Maximum number of topics that catch up at the same time after a reconnect. */
        @WithDefault("64")
        int repairsAtOnce();
    }
}
