package io.liveline.dashboard;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the dashboard works: keys under {@code liveline.dashboard}. */
@ConfigMapping(prefix = "liveline.dashboard")
public interface DashboardConfig {

    /** How many counters may be kept; one more is refused. */
    @WithDefault("20000")
    int maxCounters();

    /** How many counters one batch of increments may name. */
    @WithDefault("100")
    int maxBatch();

    /** How many names and patterns a view may list. */
    @WithDefault("100")
    int maxNames();

    /** How often what a replica knows is compared with the store. */
    @WithDefault("60s")
    Duration reconcileEvery();

    /** How many changes may wait while the counters are being loaded; beyond, they are loaded once more. */
    @WithDefault("20000")
    int maxHeld();

    /** Requests that are remembered. */
    Keys keys();

    /** Clients that have seen more than this replica. */
    CatchUp catchUp();

    /** Streams. */
    Streams streams();

    /** What the suite feeds itself. */
    Suite suite();

    /** What charts are drawn from. */
    History history();

    /** Requests that are remembered. */
    interface Keys {

        /** For how long the answer to a request is given again when it is repeated. */
        @WithDefault("10m")
        Duration window();

        /**
         * How many requests are remembered; beyond, writes are refused until some are forgotten. To be more than come
         * within the window: the default is for 6,000 writes a second. Each takes some 200 bytes in the store.
         */
        @WithDefault("4000000")
        int max();
    }

    /** Clients that have seen more than this replica. */
    interface CatchUp {

        /**
         * How long a request waits for this replica to know what its client has seen; then it is refused, and a stream
         * is ended, so that the client comes back later.
         */
        @WithDefault("1s")
        Duration patience();

        /** How many requests may wait so; one more is refused. */
        @WithDefault("20000")
        int maxWaiting();
    }

    /** Streams. */
    interface Streams {

        /** How many streams a replica serves; one more is refused. */
        @WithDefault("20000")
        int max();

        /** How many views of their own the streams of an event loop may have; one more is refused. */
        @WithDefault("2000")
        int maxViews();

        /** How long changes are gathered: the time between two events of a stream at the least. */
        @WithDefault("100ms")
        Duration conflation();

        /** How long a stream may be silent before a comment is written. */
        @WithDefault("15s")
        Duration heartbeat();

        /** After how long without its reader taking anything a stream is closed. */
        @WithDefault("5m")
        Duration closeStalledAfter();

        /** How soon a client is told to come back after its stream broke, at the earliest. */
        @WithDefault("1s")
        Duration retry();

        /** Over how long beyond that the clients are spread, so that they do not come back all at once. */
        @WithDefault("2s")
        Duration retrySpread();
    }

    /** What the suite feeds itself. */
    interface Suite {

        /** How long facts are gathered before they are written. */
        @WithDefault("100ms")
        Duration every();

        /** How many facts are written at once. */
        @WithDefault("100")
        int batch();

        /** How many facts may wait to be written; the oldest is dropped for one more, the next of its kind mends it. */
        @WithDefault("20000")
        int maxWaiting();

        /** How many rooms are counted; facts about one more have no effect. */
        @WithDefault("50000")
        int maxRooms();

        /**
         * How many counters there may be for one more room to get one of its own; below
         * {@link DashboardConfig#maxCounters()}, so that people who open rooms never take the last places from clients.
         * Messages of rooms without one still count in all.
         */
        @WithDefault("10000")
        int countersForRooms();

        /** For how long the connections of a replica count that is not heard of any more. */
        @WithDefault("30s")
        Duration connectionsLive();

        /** For how long after its last message a room counts as active. */
        @WithDefault("5m")
        Duration roomActive();

        /**
         * For how long after its last message it is known how many messages a room has had; then another room has its
         * place. Longer than a topic knows its cursors ({@code liveline.bus.history.cursor-life}), or messages of a
         * room that begins to talk again would count twice.
         */
        @WithDefault("8d")
        Duration roomKnown();

        /** How often this replica tells how many streams it serves. */
        @WithDefault("10s")
        Duration connectionsEvery();
    }

    /** What charts are drawn from. */
    interface History {

        /**
         * How far back; whatever the bus still holds of it survives a restart (see
         * {@code liveline.bus.history.length}).
         */
        @WithDefault("15m")
        Duration retention();

        /** How many counters get a point in one second; when more changed, the others get theirs in the next ones. */
        @WithDefault("500")
        int countersASecond();
    }
}
