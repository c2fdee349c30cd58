package io.liveline.testing;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Factory of configurations for tests: the product's defaults, except for the keys that a test sets. */
public final class TestConfig {

    private TestConfig() {}

    /**
     * Returns a configuration.
     *
     * @param mapping interface with {@link ConfigMapping}
     * @param changes keys without the mapping's prefix, each followed by its value
     */
    public static <T> T of(Class<T> mapping, String... changes) {
        return of(
                mapping,
                IntStream.range(0, changes.length / 2)
                        .boxed()
                        .collect(Collectors.toMap(i -> changes[2 * i], i -> changes[2 * i + 1])));
    }

    /** Returns a configuration; the keys are without the mapping's prefix. */
    public static <T> T of(Class<T> mapping, Map<String, String> changes) {
        String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withConverter(MemorySize.class, 200, new MemorySizeConverter())
                .withMapping(mapping);
        Map<String, String> properties = changes.entrySet().stream()
                .collect(Collectors.toMap(change -> prefix + '.' + change.getKey(), Map.Entry::getValue));
        // A source, because a default value whose key contains a * would apply to all keys that match it.
        builder.withSources(new PropertiesConfigSource(properties, "test", ConfigSource.DEFAULT_ORDINAL));
        return builder.build().getConfigMapping(mapping);
    }
}
