package io.liveline.bus.support;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Factory of meters whose names share a prefix.
 *
 * @param prefix start of the names, with a dot at its end
 */
public record MeterFactory(MeterRegistry registry, String prefix) {

    /**
     * Returns the counter with this name, and registers it if it does not exist.
     *
     * @param tags names and values of its tags, in turn
     */
    public Counter counter(String name, String description, String... tags) {
        return Counter.builder(prefix + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /**
     * Registers a gauge.
     *
     * @param tags names and values of its tags, in turn
     */
    public void gauge(String name, String description, Supplier<Number> value, String... tags) {
        Gauge.builder(prefix + name, value).description(description).tags(tags).register(registry);
    }
}
