package io.liveline.chat;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of the chat service: keys under {@code liveline.chat}. */
@ConfigMapping(prefix = "liveline.chat")
public interface ChatConfig {

    /** Maximum size of a message's text, in bytes of UTF-8. */
    @WithDefault("16384")
    int textBytes();

    /** Maximum size of a message's data, in bytes of UTF-8, without white space between its tokens. */
    @WithDefault("4096")
    int dataBytes();

    /** Maximum nesting depth of the arrays and objects of a message's data. */
    @WithDefault("12")
    int dataDepth();

    /** Maximum size of a WebSocket message from a client, in bytes. A message may hold several frames. */
    @WithDefault("65536")
    int frameBytes();

    /** Maximum number of frames in a WebSocket message. A message with more is rejected as a whole. */
    @WithDefault("256")
    int framesPerMessage();

    /** Maximum number of rooms that a connection may join. */
    @WithDefault("100")
    int roomsPerConnection();

    /** Maximum number of WebSocket connections on this replica. Further ones are rejected with 503. */
    @WithDefault("20000")
    int connections();

    /**
     * Maximum number of pending posts, changes and token renewals of a connection. At the maximum, the server stops
     * reading from it.
     */
    @WithDefault("64")
    int postsUnderWay();

    /** Interval at which the server sends a heartbeat and a ping. */
    @WithDefault("25s")
    Duration heartbeat();

    /** Time after which a connection from which nothing was received is closed. */
    @WithDefault("60s")
    Duration silence();

    /** Time after which a connection that accepts none of the bytes waiting for it is closed. */
    @WithDefault("30s")
    Duration noProgress();

    /** Time for which a room stays subscribed after its last member on this replica left. */
    @WithDefault("10s")
    Duration roomGrace();

    /** Publication of the members of rooms. */
    Members members();

    /** Lines that an event loop keeps of each room, for members that have to catch up. */
    Ring ring();

    /**
     * Bytes of answers that are collected for a connection before they are written. While the connection does not
     * accept them, the server does not read from it and creates no further {@code joined}, {@code members} or {@code
     * gap} frames for it.
     */
    @WithDefault("32768")
    int outboxBytes();

    /**
     * Maximum number of bytes that this replica holds for all connections that do not accept what was written, divided
     * evenly among the event loops. Beyond it, the connections that have waited longest are closed.
     */
    @WithDefault("67108864")
    long backlogBytes();

    /** Maximum size of a frame with which a member catches up, in bytes. The rest follows in further frames. */
    @WithDefault("65536")
    int catchUpBytes();

    /** Sizes of a page of history. */
    Page page();

    /** Limits of long-lived requests: SSE streams of rooms, and long-polls for messages. */
    Held held();

    /** Minimum interval between two reports of activity to the dashboard. */
    @WithDefault("100ms")
    Duration activity();

    /** Interval at which the message counts of all rooms with members on this replica are reported again. */
    @WithDefault("60s")
    Duration activityAgain();

    /** Limits of long-lived requests. Requests beyond them are rejected with 503. */
    interface Held {

        /** Maximum number on this replica. */
        @WithDefault("20000")
        int most();

        /** Maximum number of one person. */
        @WithDefault("100")
        int mostAPerson();

        /** Minimum time after which a client retries that was rejected or whose stream ended. */
        @WithDefault("1s")
        Duration retry();

        /** Time added to that at random, to spread the retries. */
        @WithDefault("2s")
        Duration retrySpread();
    }

    /** Bounds of the lines that an event loop keeps of each room. Both apply. */
    interface Ring {

        /** Maximum number of messages. */
        @WithDefault("512")
        int length();

        /** Maximum number of bytes. The newest message is kept in any case. */
        @WithDefault("1048576")
        int bytes();
    }

    /** Settings of the member lists of rooms. */
    interface Members {

        /** Maximum number of people listed of a room. Joins and leaves of the others are not published. */
        @WithDefault("200")
        int listed();

        /** Minimum interval between two publications of changes, to clients and to other replicas. */
        @WithDefault("250ms")
        Duration every();

        /** Interval at which a replica announces all its members again. */
        @WithDefault("5s")
        Duration repeat();

        /** Time for which an announcement of a replica is valid. */
        @WithDefault("15s")
        Duration lease();

        /** Maximum number of rooms whose members on other replicas are tracked without a member on this one. */
        @WithDefault("50000")
        int rooms();
    }

    /** Pages of history. */
    interface Page {

        /** Default number of messages of a page. */
        @WithDefault("50")
        int standard();

        /** Maximum number of messages of a page. Larger requests are reduced to it. */
        @WithDefault("200")
        int largest();

        /**
         * Maximum number of events of a room's log that are read for one page of messages, as edits lie between them.
         */
        @WithDefault("1000")
        int searched();
    }
}
