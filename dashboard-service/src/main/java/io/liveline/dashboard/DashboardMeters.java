package io.liveline.dashboard;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Metrics of the dashboard, under {@code liveline.dashboard}. */
public final class DashboardMeters {

    private final MeterRegistry registry;
    private final Counter writes;
    private final Counter events;
    private final Counter encoded;
    private final Counter skipped;
    private final Counter stalled;
    private final Counter refused;
    private final Counter behind;
    private final Counter resets;
    private final Counter loads;
    private final Counter reconciled;
    private final Counter facts;
    private final Counter badFacts;

    public DashboardMeters(MeterRegistry registry) {
        this.registry = registry;
        writes = counter("writes", "Increments and assignments that were answered");
        events = counter("events", "Events written to streams");
        encoded = counter("encoded", "Events encoded, each for all streams of an event loop at one view and position");
        skipped = counter("skipped", "Writes skipped because the client of the stream reads slowly");
        stalled = counter("closed.stalled", "Streams closed because their client read nothing");
        refused = counter("refused", "Streams rejected because the replica was full");
        behind = counter(
                "closed.behind",
                "Streams ended because this replica did not reach the position of their client in time");
        resets = counter("resets", "Snapshots sent with reset:true because the position was lost");
        loads = counter("loads", "Loads of all counters from the store");
        reconciled = counter("reconciled", "Counters whose value differed from the store when compared");
        facts = counter("facts", "Facts of other services folded into counters");
        badFacts = counter("facts.bad", "Events of other services that could not be read");
    }

    public void written() {
        writes.increment();
    }

    public void event() {
        events.increment();
    }

    public void encoded() {
        encoded.increment();
    }

    public void skipped() {
        skipped.increment();
    }

    public void stalled() {
        stalled.increment();
    }

    public void refused() {
        refused.increment();
    }

    public void behind() {
        behind.increment();
    }

    public void reset() {
        resets.increment();
    }

    public void loaded() {
        loads.increment();
    }

    public void reconciled(int counters) {
        reconciled.increment(counters);
    }

    public void facts(int count) {
        facts.increment(count);
    }

    public void badFact() {
        badFacts.increment();
    }

    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("liveline.dashboard." + name, value)
                .description(description)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder("liveline.dashboard." + name)
                .description(description)
                .register(registry);
    }
}
