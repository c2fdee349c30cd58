package io.liveline.dashboard;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of the dashboard: keys under {@code liveline.dashboard}. */
@ConfigMapping(prefix = "liveline.dashboard")
public interface DashboardConfig {

    /** Maximum number of counters; one more is rejected. */
    @WithDefault("20000")
    int maxCounters();

    /** Maximum number of counters in one batch of increments. */
    @WithDefault("100")
    int maxBatch();

    /** Maximum number of names and patterns in one view. */
    @WithDefault("100")
    int maxNames();

    /** Interval at which a replica compares its counters with the store. */
    @WithDefault("60s")
    Duration reconcileEvery();

    /** Maximum number of changes that wait while the counters are loaded. Beyond it they are loaded once more. */
    @WithDefault("20000")
    int maxHeld();

    /** Stored answers to writes, by idempotency key. */
    Keys keys();

    /** Requests of clients that have seen newer state than this replica. */
    CatchUp catchUp();

    /** SSE streams. */
    Streams streams();

    /** Counters that the suite maintains itself. */
    Suite suite();

    /** History for charts. */
    History history();

    /** Stored answers to writes, by idempotency key. */
    interface Keys {

        /** Time for which a repeated request gets the stored answer. */
        @WithDefault("10m")
        Duration window();

        /**
         * Maximum number of stored answers; beyond it writes are rejected until older answers expire. Must exceed the
         * number of writes within the window: the default allows 6,000 writes a second. Each answer takes about 200
         * bytes in the store.
         */
        @WithDefault("4000000")
        int max();
    }

    /** Requests of clients that have seen newer state than this replica. */
    interface CatchUp {

        /**
         * Maximum time a request waits for this replica to reach the position that its client has seen. After it a
         * request is rejected and a stream is ended, so that the client retries later.
         */
        @WithDefault("1s")
        Duration patience();

        /** Maximum number of waiting requests; one more is rejected. */
        @WithDefault("20000")
        int maxWaiting();
    }

    /** SSE streams. */
    interface Streams {

        /** Maximum number of streams of a replica; one more is rejected. */
        @WithDefault("20000")
        int max();

        /** Maximum number of different views among the streams of an event loop; one more is rejected. */
        @WithDefault("2000")
        int maxViews();

        /** Conflation interval: minimum time between two events of a stream. */
        @WithDefault("100ms")
        Duration conflation();

        /** Time without an event after which a comment is written as a heartbeat. */
        @WithDefault("15s")
        Duration heartbeat();

        /** Time after which a stream whose client reads nothing is closed. */
        @WithDefault("5m")
        Duration closeStalledAfter();

        /** Minimum delay before a client reconnects, sent as {@code retry:}. */
        @WithDefault("1s")
        Duration retry();

        /** Maximum random addition to {@link #retry}, so that clients do not reconnect all at once. */
        @WithDefault("2s")
        Duration retrySpread();
    }

    /** Counters that the suite maintains itself. */
    interface Suite {

        /** Interval at which collected facts are written. */
        @WithDefault("100ms")
        Duration every();

        /** Maximum number of facts in one write. */
        @WithDefault("100")
        int batch();

        /**
         * Maximum number of facts that wait to be written. Beyond it the oldest is dropped; the next fact about the
         * same subject makes up for it.
         */
        @WithDefault("20000")
        int maxWaiting();

        /** Maximum number of rooms that are counted; facts about further rooms have no effect. */
        @WithDefault("50000")
        int maxRooms();

        /**
         * Number of counters up to which a new room gets its own counter. Below {@link DashboardConfig#maxCounters()},
         * so that new rooms never use up the counters of clients. Messages of rooms without their own counter still
         * count in the total.
         */
        @WithDefault("10000")
        int countersForRooms();

        /** Time for which the connections of a replica count after its last report. */
        @WithDefault("30s")
        Duration connectionsLive();

        /** Time after its last message for which a room counts as active. */
        @WithDefault("5m")
        Duration roomActive();

        /**
         * Time after its last message for which the message count of a room is kept; then its slot is free for another
         * room. Must be longer than the lifetime of a topic's cursors ({@code liveline.bus.history.cursor-life}), or
         * the messages of a room that becomes active again would count twice.
         */
        @WithDefault("8d")
        Duration roomKnown();

        /** Interval at which this replica publishes its number of streams if that has not changed. */
        @WithDefault("10s")
        Duration connectionsEvery();
    }

    /** History for charts. */
    interface History {

        /**
         * Time span of the history. What the bus still holds of it survives a restart (see {@code
         * liveline.bus.history.length}).
         */
        @WithDefault("15m")
        Duration retention();

        /**
         * Maximum number of counters sampled in one second; if more changed, the others are sampled in the following
         * seconds.
         */
        @WithDefault("500")
        int countersASecond();
    }
}
