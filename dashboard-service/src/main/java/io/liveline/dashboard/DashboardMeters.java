package io.liveline.dashboard;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the dashboard counts, under {@code liveline.dashboard}. */
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
        writes = counter("writes", "Increments and settings that were answered");
        events = counter("events", "Events written to streams");
        encoded = counter("encoded", "Events encoded, each for all streams of an event loop at one view and position");
        skipped = counter("skipped", "Times that a stream was passed over as its reader was slow");
        stalled = counter("closed.stalled", "Streams closed as their reader took nothing");
        refused = counter("refused", "Streams refused as the replica was full");
        behind = counter(
                "closed.behind", "Streams ended as this replica did not get to know what their viewers had seen");
        resets = counter("resets", "Streams told that their position was lost");
        loads = counter("loads", "Times that all counters were loaded from the store");
        reconciled = counter("reconciled", "Counters that were found to be other than was known here");
        facts = counter("facts", "Facts of other services taken in");
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
