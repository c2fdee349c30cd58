package io.liveline.presence;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.liveline.edge.EdgeConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;

/** A configuration for tests: what the products have by default, but for what is named. */
final class TestConfig {

    private TestConfig() {}

    /** @param changes keys without {@code liveline.presence.} */
    static PresenceConfig with(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>();
        changes.forEach((key, value) -> all.put("liveline.presence." + key, value));
        return of(PresenceConfig.class, all);
    }

    static EdgeConfig edge() {
        return of(EdgeConfig.class, Map.of());
    }

    private static <T> T of(Class<T> type, Map<String, String> changes) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withConverter(MemorySize.class, 200, new MemorySizeConverter())
                .withMapping(type);
        changes.forEach(builder::withDefaultValue);
        return builder.build().getConfigMapping(type);
    }
}
