package io.liveline.bus;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the bus counts, under {@code liveline.bus}. */
public final class BusMeters {

    private final MeterRegistry registry;
    private final Counter published;
    private final Counter delivered;
    private final Counter repaired;
    private final Counter gaps;
    private final Counter reconnects;
    private final Counter moved;
    private final Counter unclear;
    private final Counter refused;

    /** Meters in this registry. */
    public BusMeters(MeterRegistry registry) {
        this.registry = registry;
        published = counter("published", "Events appended by this process");
        delivered = counter("delivered", "Events told to the listeners of this process, once a topic");
        repaired = counter("repaired", "Events that pub/sub lost and the log gave back");
        gaps = counter("gaps", "Times that events were lost for good and this was told");
        reconnects = counter("reconnects", "Connections to Redis made anew");
        moved = counter("moved", "Topics that another node of the cluster has now, once a topic that is listened to");
        unclear = counter("unclear", "Commands asked again, as another that went in the same write had failed");
        refused = counter("refused", "Publishes and reads that failed for lack of an answer or of room");
    }

    public void published() {
        published.increment();
    }

    public void delivered() {
        delivered.increment();
    }

    public void repaired() {
        repaired.increment();
    }

    public void gap() {
        gaps.increment();
    }

    public void reconnect() {
        reconnects.increment();
    }

    public void moved() {
        moved.increment();
    }

    public void unclear(int commands) {
        unclear.increment(commands);
    }

    public void refused() {
        refused.increment();
    }

    public void state(Supplier<BusState> state) {
        Gauge.builder("liveline.bus.live", () -> state.get() == BusState.LIVE ? 1 : 0)
                .description("1 while events flow, 0 while the bus is away or catching up")
                .register(registry);
    }

    public void topics(Supplier<Number> topics) {
        Gauge.builder("liveline.bus.topics", topics)
                .description("Topics that somebody in this process listens to")
                .register(registry);
    }

    public void nodes(Supplier<Number> nodes) {
        Gauge.builder("liveline.bus.nodes", nodes)
                .description("Redis servers that this process is connected to, or tries to be")
                .register(registry);
    }

    public void pending(Supplier<Number> pending) {
        Gauge.builder("liveline.bus.pending", pending)
                .description("Publishes and reads under way")
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder("liveline.bus." + name).description(description).register(registry);
    }
}
