package io.liveline.presence;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of presence: keys under {@code liveline.presence}. */
@ConfigMapping(prefix = "liveline.presence")
public interface PresenceConfig {

    /** Interval at which clients are to repeat a heartbeat, sent in a header. */
    @WithDefault("15s")
    Duration heartbeat();

    /**
     * Time after a heartbeat for which a person counts as present; several heartbeats, so that losing one has no
     * effect.
     */
    @WithDefault("45s")
    Duration life();

    /** Time for which a person still counts as present after their chat connection dropped. */
    @WithDefault("10s")
    Duration grace();

    /** Maximum number of people in a room; one more is rejected. */
    @WithDefault("5000")
    int maxPeople();

    /** Maximum number of tabs of one person in a room; one more is rejected. */
    @WithDefault("20")
    int maxTabs();

    /** Maximum number of rooms in one batch heartbeat. */
    @WithDefault("100")
    int maxBatch();

    /** Typing. */
    Typing typing();

    /** Long-polls. */
    Polls polls();

    /** Rosters in memory. */
    Rosters rosters();

    /** Sweep that ends expired leases. */
    Sweep sweep();

    /** Activity published for the dashboard. */
    Activity activity();

    /** Typing. */
    interface Typing {

        /** Time after the last request for which a person counts as typing. */
        @WithDefault("6s")
        Duration life();

        /** Interval at which clients are to repeat the request while typing continues; well below {@link #life}. */
        @WithDefault("3s")
        Duration repeat();

        /**
         * Maximum number of people in a room with typing. In larger rooms nobody is shown as typing, because that would
         * be mostly noise.
         */
        @WithDefault("200")
        int maxPeople();

        /**
         * Maximum number of rooms whose messages a replica subscribes to in order to end typing; in further rooms
         * typing ends by expiry only.
         */
        @WithDefault("10000")
        int maxRooms();
    }

    /** Long-polls. */
    interface Polls {

        /** Maximum number of polls that wait at a replica. */
        @WithDefault("20000")
        int max();

        /** Maximum number of polls of one person that wait at a replica. */
        @WithDefault("20")
        int maxPerPerson();

        /** Minimum delay before a rejected poll may be retried. */
        @WithDefault("1s")
        Duration retryAfter();

        /** Maximum random addition to {@link #retryAfter}, so that rejected polls are not retried all at once. */
        @WithDefault("9s")
        Duration retrySpread();

        /** Maximum time a poll waits for the store before it is answered with {@code unavailable}. */
        @WithDefault("5s")
        Duration answerWithin();

        /** Resolution of the ends of waits: period of the one timer per event loop. */
        @WithDefault("100ms")
        Duration tick();
    }

    /** Rosters in memory. */
    interface Rosters {

        /** Minimum time between two answers to the polls of a room; changes in between are combined into one answer. */
        @WithDefault("100ms")
        Duration conflation();

        /** Minimum time a change waits for further changes that happen at the same time. */
        @WithDefault("20ms")
        Duration gather();

        /** Time for which a roster stays in memory after its last poll. */
        @WithDefault("10s")
        Duration hold();

        /** Maximum number of rosters in memory of a replica; polls for further rooms are rejected. */
        @WithDefault("10000")
        int max();

        /** Maximum number of rooms on the in-process bus; heartbeats in further rooms are rejected. */
        @WithDefault("100000")
        int maxLocal();
    }

    /** Sweep that ends expired leases. */
    interface Sweep {

        /** Interval between two sweeps. */
        @WithDefault("100ms")
        Duration every();

        /** Maximum number of rooms in one sweep. */
        @WithDefault("64")
        int rooms();

        /**
         * Maximum number of rooms that wait to be added to the sweep index. Beyond it the oldest is dropped; it is
         * added when it next changes or is read.
         */
        @WithDefault("100000")
        int maxNotes();

        /** Time after which another replica repeats a sweep that was not finished. */
        @WithDefault("5s")
        Duration redoAfter();

        /**
         * Time without a sweep after which the store counts as having been unavailable, so that no heartbeats could
         * arrive.
         */
        @WithDefault("3s")
        Duration awayAfter();

        /**
         * Mercy period after the store was unavailable, in which nobody counts as gone: long enough to repeat a
         * heartbeat.
         */
        @WithDefault("20s")
        Duration mercy();
    }

    /** Activity published for the dashboard. */
    interface Activity {

        /** Minimum interval between two events. */
        @WithDefault("100ms")
        Duration every();

        /** Interval at which the number of waiting polls is published if it has not changed. */
        @WithDefault("10s")
        Duration connectionsEvery();

        /** Maximum number of rooms in one event. */
        @WithDefault("200")
        int roomsPerEvent();

        /**
         * Maximum number of rooms that wait to be published. Beyond it the oldest is dropped; it is published when it
         * next changes.
         */
        @WithDefault("10000")
        int maxRooms();
    }
}
