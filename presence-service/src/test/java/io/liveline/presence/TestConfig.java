package io.liveline.presence;

import java.time.Duration;
import java.util.Map;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;

/** A configuration for tests: what the products have by default, but for what is named. */
final class TestConfig {

    private TestConfig() {}

    /** @param changes keys without {@code liveline.presence.} */
    static PresenceConfig with(Map<String, String> changes) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(PresenceConfig.class);
        changes.forEach((key, value) -> builder.withDefaultValue("liveline.presence." + key, value));
        return builder.build().getConfigMapping(PresenceConfig.class);
    }
}
