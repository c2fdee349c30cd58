package io.liveline.edge.operation;

import java.util.Set;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.liveline.edge.connection.ConnectionLimiter;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Leaves out the meters of Quarkus that keep a timer for each connection, and a second one for each WebSocket: an
 * eighth of a KiB in all, as long as it lasts; and its gauges of connections and requests, which the management port
 * would register a second time, with a warning at each start. How many connections there are is told by
 * {@link ConnectionLimiter} and each service.
 */
final class ConnectionMeterFilter {

    private static final Set<String> LEFT_OUT = Set.of(
            "http.server.connections",
            "http.server.websocket.connections",
            "http.server.active.connections",
            "http.server.active.requests");

    @Produces
    @Singleton
    MeterFilter leftOut() {
        return MeterFilter.deny(id -> LEFT_OUT.contains(id.getName()));
    }
}
