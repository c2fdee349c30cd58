package io.liveline.edge.operation;

import java.util.Set;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.liveline.edge.connection.ConnectionLimiter;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Filter that removes meters of Quarkus. Some keep a timer for each connection and a second one for each WebSocket, 1/8
 * KiB in all for as long as it is open. The gauges of connections and requests would be registered a second time by the
 * management port, with a warning at each start. {@link ConnectionLimiter} and each service count connections instead.
 */
final class ConnectionMeterFilter {

    private static final Set<String> REMOVED = Set.of(
            "http.server.connections",
            "http.server.websocket.connections",
            "http.server.active.connections",
            "http.server.active.requests");

    @Produces
    @Singleton
    MeterFilter removed() {
        return MeterFilter.deny(id -> REMOVED.contains(id.getName()));
    }
}
