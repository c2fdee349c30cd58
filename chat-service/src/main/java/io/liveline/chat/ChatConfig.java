package io.liveline.chat;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How chat works: keys under {@code liveline.chat}. */
@ConfigMapping(prefix = "liveline.chat")
public interface ChatConfig {

    /** The longest text of a message, in bytes of UTF-8. */
    @WithDefault("16384")
    int textBytes();

    /** The largest message that a client may send over a socket, in bytes; it may hold several frames. */
    @WithDefault("65536")
    int frameBytes();

    /** How many frames such a message may hold; of one with more nothing is done. */
    @WithDefault("256")
    int framesPerMessage();

    /** How many rooms a connection may be in. */
    @WithDefault("100")
    int roomsPerConnection();

    /** How many connections this replica takes; one more is sent away with 503. */
    @WithDefault("20000")
    int connections();

    /**
     * How many posts, changes and renewals of a connection may be under way; while there are more, nothing is read from
     * it.
     */
    @WithDefault("64")
    int postsUnderWay();

    /** How often the server gives a sign of life, and asks for one. */
    @WithDefault("25s")
    Duration heartbeat();

    /** A connection without any sign of life for this long is closed. */
    @WithDefault("60s")
    Duration silence();

    /** A connection that takes nothing for this long, though something is waiting for it, is closed. */
    @WithDefault("30s")
    Duration noProgress();

    /** How long a room is kept after its last member on this replica left. */
    @WithDefault("10s")
    Duration roomGrace();

    /** Who is told to be in a room. */
    Members members();

    /** What an event loop keeps of each room for members that are behind. */
    Ring ring();

    /**
     * How many bytes of answers are put together for a connection before they are written. While it does not take them,
     * nothing is read from it, and no further {@code joined}, {@code members} or {@code gap} is made for it.
     */
    @WithDefault("32768")
    int outboxBytes();

    /**
     * What this replica holds for all connections together that do not take what they were written, in bytes: each
     * event loop a like share of it. Beyond that, those that have waited longest are closed.
     */
    @WithDefault("67108864")
    long backlogBytes();

    /** The largest frame that a member catches up with, in bytes; what is left comes in the next one. */
    @WithDefault("65536")
    int catchUpBytes();

    /** The largest and the standard page of history. */
    Page page();

    /** Requests that are held open: SSE streams of rooms, and polls that wait for a message. */
    Held held();

    /** How often, at most, this replica tells the dashboard what has changed. */
    @WithDefault("100ms")
    Duration activity();

    /** How often the dashboard is told again how many messages each room has had that somebody here is in. */
    @WithDefault("60s")
    Duration activityAgain();

    /** Requests that are held open. One more than these is sent away with 503. */
    interface Held {

        /** How many at this replica. */
        @WithDefault("20000")
        int most();

        /** How many of one person. */
        @WithDefault("100")
        int mostAPerson();

        /** How soon who was refused, or whose stream ended, may come again, at the earliest. */
        @WithDefault("1s")
        Duration retry();

        /** Over how long beyond that they are spread. */
        @WithDefault("2s")
        Duration retrySpread();
    }

    /** What an event loop keeps of each room: both bounds hold. */
    interface Ring {

        /** How many messages. */
        @WithDefault("512")
        int length();

        /** How many bytes; the newest message is kept in any case. */
        @WithDefault("1048576")
        int bytes();
    }

    /** Who is told to be in a room. */
    interface Members {

        /** How many people of a room are listed; the others are there, but their coming and going is not told. */
        @WithDefault("200")
        int listed();

        /** How often, at most, it is told who came and who left, to clients and to other replicas. */
        @WithDefault("250ms")
        Duration every();

        /** How often a replica says again who is connected to it. */
        @WithDefault("5s")
        Duration repeat();

        /** For how long its word holds. */
        @WithDefault("15s")
        Duration lease();

        /** Of how many rooms it is kept who is in them elsewhere, though nobody is here. */
        @WithDefault("50000")
        int rooms();
    }

    /** Pages of history. */
    interface Page {

        /** How many messages come when nothing is asked. */
        @WithDefault("50")
        int standard();

        /** How many may be asked for; more are cut to this. */
        @WithDefault("200")
        int largest();

        /** How many events of a room's log are looked through for a page of messages, as edits lie between them. */
        @WithDefault("1000")
        int searched();
    }
}
