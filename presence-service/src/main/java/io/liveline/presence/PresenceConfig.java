package io.liveline.presence;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How presence works: keys under {@code liveline.presence}. */
@ConfigMapping(prefix = "liveline.presence")
public interface PresenceConfig {

    /** How often clients are told to repeat a heartbeat. */
    @WithDefault("15s")
    Duration heartbeat();

    /** For how long after a heartbeat a person counts as here; a few heartbeats, so that losing one changes nothing. */
    @WithDefault("45s")
    Duration life();

    /** For how long a person whose chat connection dropped still counts as here. */
    @WithDefault("10s")
    Duration grace();

    /** How many people a room may hold; one more is refused. */
    @WithDefault("5000")
    int maxPeople();

    /** How many tabs of one person are told apart in a room; one more is refused. */
    @WithDefault("20")
    int maxTabs();

    /** How many rooms one batch heartbeat may name. */
    @WithDefault("100")
    int maxBatch();

    /** Who is typing. */
    Typing typing();

    /** Polls that wait. */
    Polls polls();

    /** Rosters that are held in memory. */
    Rosters rosters();

    /** How what has run out is found. */
    Sweep sweep();

    /** What the dashboard is told. */
    Activity activity();

    /** Who is typing. */
    interface Typing {

        /** For how long after it was last said a person counts as typing. */
        @WithDefault("6s")
        Duration life();

        /** How often clients are told to repeat it while typing goes on; well below the life. */
        @WithDefault("3s")
        Duration repeat();

        /** In rooms with more people than this nobody is shown as typing: it would be noise, and much of it. */
        @WithDefault("200")
        int maxPeople();

        /**
         * In how many rooms a replica waits for the messages that end typing; beyond, typing ends by its life alone.
         */
        @WithDefault("10000")
        int maxRooms();
    }

    /** Polls that wait. */
    interface Polls {

        /** How many polls may wait at a replica. */
        @WithDefault("20000")
        int max();

        /** How many polls of one person may wait at a replica. */
        @WithDefault("20")
        int maxPerPerson();

        /** How soon a refused poll may try again at the earliest. */
        @WithDefault("1s")
        Duration retryAfter();

        /** Over how long beyond that refused polls are spread, so that they do not come back all at once. */
        @WithDefault("9s")
        Duration retrySpread();

        /** How long a poll waits for the store at most before it is told that presence is unavailable. */
        @WithDefault("5s")
        Duration answerWithin();

        /** How exactly waits end: all of an event loop are looked after by one timer of this period. */
        @WithDefault("100ms")
        Duration tick();
    }

    /** Rosters that are held in memory. */
    interface Rosters {

        /** How long it is at least between two answers to a poll: what changes meanwhile is one answer. */
        @WithDefault("100ms")
        Duration conflation();

        /** How long a change waits at least for others that happen together with it. */
        @WithDefault("20ms")
        Duration gather();

        /** For how long a roster is held after the last poll that waited for it. */
        @WithDefault("10s")
        Duration hold();

        /** How many rosters a replica may hold; polls for one more are refused. */
        @WithDefault("10000")
        int max();

        /** How many rooms are kept on the in-process bus; entering one more is refused. */
        @WithDefault("100000")
        int maxLocal();
    }

    /** How what has run out is found. */
    interface Sweep {

        /** How often. */
        @WithDefault("100ms")
        Duration every();

        /** How many rooms are swept at once. */
        @WithDefault("64")
        int rooms();

        /**
         * How many rooms may wait to be noted for a sweep; the oldest is dropped, and noted when it changes or is read.
         */
        @WithDefault("100000")
        int maxNotes();

        /** After how long a sweep that its replica did not finish is done by another. */
        @WithDefault("5s")
        Duration redoAfter();

        /** When nobody swept for this long, the store was away and heartbeats could not arrive. */
        @WithDefault("3s")
        Duration awayAfter();

        /** For how long after the store was away nobody counts as gone: time enough to repeat a heartbeat. */
        @WithDefault("20s")
        Duration mercy();
    }

    /** What the dashboard is told. */
    interface Activity {

        /** How often at most. */
        @WithDefault("100ms")
        Duration every();

        /** How often the number of waiting polls is told, changed or not. */
        @WithDefault("10s")
        Duration connectionsEvery();

        /** How many rooms one event may tell of. */
        @WithDefault("200")
        int roomsPerEvent();

        /**
         * How many rooms may wait to be told of; the oldest is dropped for one more, and told of when next it changes.
         */
        @WithDefault("10000")
        int maxRooms();
    }
}
