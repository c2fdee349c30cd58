package io.liveline.bus;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Meters of the bus, under {@code liveline.bus}. */
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
    private final Counter tableFull;
    private final Counter newer;
    private final Counter malformed;

    /** Registers the meters. */
    public BusMeters(MeterRegistry registry) {
        this.registry = registry;
        published = counter("published", "Events appended by this process");
        delivered = counter("delivered", "Events delivered to the listeners of this process, counted once per topic");
        repaired = counter("repaired", "Events that pub/sub lost and that were read from the log");
        gaps = counter("gaps", "Times that events were lost for good and reported as a gap");
        reconnects = counter("reconnects", "Subscriber connections to Redis that were opened");
        moved = counter("moved", "Subscribed topics that moved to another node of the cluster");
        unclear = counter("unclear", "Commands sent again because another command of the same batch failed");
        refused = counter("refused", "Publishes and reads that failed for lack of an answer or of capacity");
        tableFull = counter("table.full", "Puts that were rejected because their table has the maximum number of keys");
        newer = unreadable("newer");
        malformed = unreadable("malformed");
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

    public void tableFull() {
        tableFull.increment();
    }

    /** Counts a message of a newer version than this process reads. */
    public void newerBroadcast() {
        newer.increment();
    }

    /** Counts a message that no version explains. */
    public void malformedBroadcast() {
        malformed.increment();
    }

    public void state(Supplier<BusState> state) {
        Gauge.builder("liveline.bus.live", () -> state.get() == BusState.LIVE ? 1 : 0)
                .description("1 while events flow, 0 while the bus is unavailable or catching up")
                .register(registry);
    }

    public void topics(Supplier<Number> topics) {
        Gauge.builder("liveline.bus.topics", topics)
                .description("Topics that this process subscribes to")
                .register(registry);
    }

    public void nodes(Supplier<Number> nodes) {
        Gauge.builder("liveline.bus.nodes", nodes)
                .description("Redis servers that this process is connected to or is connecting to")
                .register(registry);
    }

    public void pending(Supplier<Number> pending) {
        Gauge.builder("liveline.bus.pending", pending)
                .description("Publishes and reads in progress")
                .register(registry);
    }

    private Counter unreadable(String reason) {
        return Counter.builder("liveline.bus.unreadable")
                .description("Pub/sub messages of a newer version or without a known format, whose events were read"
                        + " from the log")
                .tag("reason", reason)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder("liveline.bus." + name).description(description).register(registry);
    }
}
