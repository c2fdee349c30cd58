package io.liveline.bench.server;

import java.util.Locale;

/** Server under test. */
public enum Target {
    /** This project on a JVM. */
    LIVELINE,
    /** This project on a JVM with an AOT cache of classes and profiles. */
    AOT,
    /** This project as a native executable. */
    NATIVE,
    /** uWebSockets as part of Bun. */
    UWS,
    /** nginx with the module Nchan. */
    NCHAN,
    /** Socket.IO 4. */
    SOCKETIO,
    /** Pushpin with a backend in Node: Pushpin sends requests to it, and it publishes to Pushpin, over HTTP. */
    PUSHPIN,
    /** Hand-written service in Node on the same Redis, with the same script. */
    NODE,
    /** Lower bound: a bare loop of write() in C; between replicas, after a bare PUBLISH. */
    FLOOR;

    public static Target of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * A JVM has compiled its hot code by then: an HTTP request costs five times as much after 8 s as after 20 s.
     * A server that was compiled ahead of time needs less.
     */
    public int warmUpSeconds() {
        return switch (this) {
            case LIVELINE, AOT -> 12;
            case NCHAN, FLOOR -> 1;
            default -> 3;
        };
    }

    /**
     * Maximum number of simultaneous connects. Pushpin rejected 77 of 200 with 502: the source of a later version
     * has a queue to the backend with room for a constant number of 100 requests.
     */
    public int joinsAtOnce() {
        return this == PUSHPIN ? 50 : Integer.MAX_VALUE;
    }

    /** Returns true if this target is this project. */
    public boolean isOurs() {
        return isJvm() || this == NATIVE;
    }

    public boolean isJvm() {
        return this == LIVELINE || this == AOT;
    }

    /** Rejects every target but this project. */
    public void mustBeOurs() {
        if (!isOurs()) {
            throw new IllegalArgumentException("Not measured on " + label());
        }
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
