package io.liveline.bus;

import java.util.function.Supplier;

import io.liveline.bus.support.MeterFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Meters of the bus, under {@code liveline.bus}. */
public final class BusMeters {

    private static final String UNREADABLE =
            "Pub/sub messages of a newer version or without a known format, whose events were read from the log";

    public final Counter published;
    public final Counter delivered;
    public final Counter repaired;
    public final Counter gaps;
    public final Counter reconnects;
    public final Counter moved;
    public final Counter unclear;
    public final Counter refused;
    public final Counter tableFull;
    /** Messages of a newer version than this process reads. */
    public final Counter newerBroadcasts;
    /** Messages that no version explains. */
    public final Counter malformedBroadcasts;

    private final MeterFactory meters;

    /** Registers the meters. */
    public BusMeters(MeterRegistry registry) {
        meters = new MeterFactory(registry, "liveline.bus.");
        published = meters.counter("published", "Events appended by this process");
        delivered = meters.counter(
                "delivered", "Events delivered to the listeners of this process, counted once per topic");
        repaired = meters.counter("repaired", "Events that pub/sub lost and that were read from the log");
        gaps = meters.counter("gaps", "Times that events were lost for good and reported as a gap");
        reconnects = meters.counter("reconnects", "Subscriber connections to Redis that were opened");
        moved = meters.counter("moved", "Subscribed topics that moved to another node of the cluster");
        unclear = meters.counter("unclear", "Commands sent again because another command of the same batch failed");
        refused = meters.counter("refused", "Publishes and reads that failed for lack of an answer or of capacity");
        tableFull = meters.counter(
                "table.full", "Puts that were rejected because their table has the maximum number of keys");
        newerBroadcasts = meters.counter("unreadable", UNREADABLE, "reason", "newer");
        malformedBroadcasts = meters.counter("unreadable", UNREADABLE, "reason", "malformed");
    }

    public void state(Supplier<BusState> state) {
        meters.gauge(
                "live",
                "1 while events flow, 0 while the bus is unavailable or catching up",
                () -> state.get() == BusState.LIVE ? 1 : 0);
    }

    public void topics(Supplier<Number> topics) {
        meters.gauge("topics", "Topics that this process subscribes to", topics);
    }

    public void nodes(Supplier<Number> nodes) {
        meters.gauge("nodes", "Redis servers that this process is connected to or is connecting to", nodes);
    }

    public void pending(Supplier<Number> pending) {
        meters.gauge("pending", "Publishes and reads in progress", pending);
    }
}
