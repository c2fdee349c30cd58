package io.liveline.edge;

import java.util.Set;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Leaves out the meters of Quarkus that keep a timer for each connection, and a second one for each WebSocket: an eighth of
 * a KiB in all, as long as it lasts. How many connections there are is told by {@link Connections} and each service.
 */
final class ConnectionMeters {

    private static final Set<String> TIMED = Set.of("http.server.connections", "http.server.websocket.connections");

    @Produces
    @Singleton
    MeterFilter untimed() {
        return MeterFilter.deny(id -> TIMED.contains(id.getName()));
    }
}
