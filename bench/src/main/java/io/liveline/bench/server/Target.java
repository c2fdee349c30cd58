package io.liveline.bench.server;

import java.util.Locale;

/** What is measured. */
public enum Target {
    /** This project. */
    LIVELINE,
    /** This project on a JVM with a cache of what it loads and has profiled. */
    AOT,
    /** This project as an executable. */
    NATIVE,
    /** uWebSockets, as it is in Bun. */
    UWS,
    /** nginx with the module Nchan. */
    NCHAN,
    /** Socket.IO 4. */
    SOCKETIO,
    /** Pushpin, with a backend in Node which it asks, and which publishes to it, over HTTP. */
    PUSHPIN,
    /** A service by hand in Node, on the same Redis and with the same script. */
    NODE,
    /** A bare loop of write() in C, between replicas with a bare PUBLISH in front: less is not possible. */
    FLOOR;

    public static Target of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * Until then a JVM has compiled what it will: a request over HTTP costs five times as much after 8 s as after 20.
     * What is compiled before it runs has only to get going.
     */
    public int warmUpSeconds() {
        return switch (this) {
            case LIVELINE, AOT -> 12;
            case NCHAN, FLOOR -> 1;
            default -> 3;
        };
    }

    /**
     * How many may come at once. Pushpin refused 77 of 200 that came together with 502: the source of a later version
     * has a queue to the backend in which there is room for a hundred requests, a constant.
     */
    public int joinsAtOnce() {
        return this == PUSHPIN ? 50 : Integer.MAX_VALUE;
    }

    /** Whether it is this project. */
    public boolean isOurs() {
        return isJvm() || this == NATIVE;
    }

    public boolean isJvm() {
        return this == LIVELINE || this == AOT;
    }

    /** Refuses what is not this project. */
    public void mustBeOurs() {
        if (!isOurs()) {
            throw new IllegalArgumentException("Not measured on " + label());
        }
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
