package io.liveline.dashboard;

import java.util.function.Supplier;

import io.liveline.bus.support.MeterFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Metrics of the dashboard, under {@code liveline.dashboard}. */
public final class DashboardMeters {

    public final Counter writes;
    public final Counter events;
    public final Counter encoded;
    public final Counter skipped;
    public final Counter stalled;
    public final Counter refused;
    public final Counter behind;
    public final Counter resets;
    public final Counter loads;
    public final Counter reconciled;
    public final Counter facts;
    public final Counter badFacts;
    private final MeterFactory meters;

    public DashboardMeters(MeterRegistry registry) {
        meters = new MeterFactory(registry, "liveline.dashboard.");
        writes = meters.counter("writes", "Increments and assignments that were answered");
        events = meters.counter("events", "Events written to streams");
        encoded = meters.counter(
                "encoded", "Events encoded, each for all streams of an event loop at one view and position");
        skipped = meters.counter("skipped", "Writes skipped because the client of the stream reads slowly");
        stalled = meters.counter("closed.stalled", "Streams closed because their client read nothing");
        refused = meters.counter("refused", "Streams rejected because the replica was full");
        behind = meters.counter(
                "closed.behind",
                "Streams ended because this replica did not reach the position of their client in time");
        resets = meters.counter("resets", "Snapshots sent with reset:true because the position was lost");
        loads = meters.counter("loads", "Loads of all counters from the store");
        reconciled = meters.counter("reconciled", "Counters whose value differed from the store when compared");
        facts = meters.counter("facts", "Facts of other services folded into counters");
        badFacts = meters.counter("facts.bad", "Events of other services that could not be read");
    }

    public void gauge(String name, String description, Supplier<Number> value) {
        meters.gauge(name, description, value);
    }
}
