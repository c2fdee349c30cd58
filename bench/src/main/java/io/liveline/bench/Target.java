package io.liveline.bench;

import java.util.Locale;

/** What is measured. */
enum Target {
    /** This project. */
    LIVELINE,
    /** uWebSockets, as it is in Bun. */
    UWS,
    /** nginx with the module Nchan. */
    NCHAN,
    /** Socket.IO 4. */
    SOCKETIO,
    /** A service by hand in Node, on the same Redis and with the same script. */
    NODE,
    /** A bare loop of write() in C, between replicas with a bare PUBLISH in front: less is not possible. */
    FLOOR;

    static Target of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Until then a JVM has compiled what it will: a request over HTTP costs five times as much after 8 s as after 20. */
    int warmUpSeconds() {
        return this == LIVELINE ? 12 : 3;
    }

    /** Refuses any other target. */
    void only(Target target) {
        if (target != this) {
            throw new IllegalArgumentException("Not measured on " + target.label());
        }
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
