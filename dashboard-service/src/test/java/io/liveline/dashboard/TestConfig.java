package io.liveline.dashboard;

import java.time.Duration;
import java.util.Map;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;

/** A configuration for tests: what the product has by default, but for what is named. */
final class TestConfig {

    private TestConfig() {}

    /** @param changes keys without {@code liveline.dashboard.} */
    static DashboardConfig with(Map<String, String> changes) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(DashboardConfig.class);
        changes.forEach((key, value) -> builder.withDefaultValue("liveline.dashboard." + key, value));
        return builder.build().getConfigMapping(DashboardConfig.class);
    }
}
