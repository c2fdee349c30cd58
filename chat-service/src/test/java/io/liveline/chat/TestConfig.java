package io.liveline.chat;

import java.time.Duration;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Configurations for tests: what the products have by default, but for what is named. */
final class TestConfig {

    private TestConfig() {}

    /** @param kept how many events a topic keeps */
    static BusConfig bus(int kept) {
        return of(BusConfig.class, Map.of("liveline.bus.history.length", String.valueOf(kept)));
    }

    /** @param changes keys without {@code liveline.chat.}, and values */
    static ChatConfig chat(String... changes) {
        Map<String, String> all = new java.util.HashMap<>();
        for (int i = 0; i < changes.length; i += 2) {
            all.put("liveline.chat." + changes[i], changes[i + 1]);
        }
        return of(ChatConfig.class, all);
    }

    private static <T> T of(Class<T> type, Map<String, String> changes) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(type);
        changes.forEach(builder::withDefaultValue);
        return builder.build().getConfigMapping(type);
    }
}
