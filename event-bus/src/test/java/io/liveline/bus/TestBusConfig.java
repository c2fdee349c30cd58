package io.liveline.bus;

import java.util.HashMap;
import java.util.Map;

import io.liveline.testing.TestConfig;

/** Factory of bus configurations for tests, with short waits and a history of 5,000 events. */
public final class TestBusConfig {

    private static final Map<String, String> STANDARD = Map.of(
            "max-topics", "1000",
            "max-event-bytes", "65536",
            "max-pending", "5000",
            "history.length", "5000",
            "redis.pulse", "500ms",
            "redis.degraded-after", "2s",
            "redis.reconnect-min", "50ms",
            "redis.reconnect-max", "500ms");

    private TestBusConfig() {}

    /** @param changes keys without the prefix {@code liveline.bus.}, each followed by its value */
    public static BusConfig with(String... changes) {
        Map<String, String> all = new HashMap<>(STANDARD);
        for (int i = 0; i < changes.length; i += 2) {
            all.put(changes[i], changes[i + 1]);
        }
        return TestConfig.of(BusConfig.class, all);
    }
}
