package io.liveline.chat;

import java.time.Duration;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Metrics of the chat service, under {@code liveline.chat}. */
@Singleton
public final class ChatMeters {

    private final MeterRegistry registry;
    private final Counter posts;
    private final Counter deliveries;
    private final Counter gaps;
    private final Counter pages;
    private final Counter slow;
    private final Counter silent;
    private final Counter refused;
    private final Timer lag;

    ChatMeters(MeterRegistry registry) {
        this.registry = registry;
        posts = counter("posts", "Messages posted through this replica");
        deliveries = counter("deliveries", "Lines written to connections");
        gaps = counter("gaps", "Gaps sent to members that the line ring no longer covers");
        pages = counter("pages", "Pages of the log read for members that the line ring does not cover");
        slow = counter("closed.slow", "Connections closed because they accepted no bytes");
        silent = counter("closed.silent", "Connections closed because nothing was received from them");
        refused = counter("refused", "Upgrades and frames rejected");
        lag = Timer.builder("liveline.chat.lag")
                .description("Time from publishing, by the store's clock, to the write on the socket")
                .publishPercentileHistogram()
                .register(registry);
    }

    public void posted() {
        posts.increment();
    }

    public void delivered(long lines) {
        deliveries.increment(lines);
    }

    public void gap() {
        gaps.increment();
    }

    public void page() {
        pages.increment();
    }

    public void closedSlow() {
        slow.increment();
    }

    public void closedSilent() {
        silent.increment();
    }

    public void refused() {
        refused.increment();
    }

    /**
     * Records the time since an event was published.
     *
     * @param publishedMillis time by the store's clock; 0 if the line was not published
     */
    public void lag(long publishedMillis) {
        if (publishedMillis > 0) {
            lag.record(Duration.ofMillis(Math.max(0, System.currentTimeMillis() - publishedMillis)));
        }
    }

    public void rooms(Supplier<Number> rooms) {
        Gauge.builder("liveline.chat.rooms", rooms)
                .description("Rooms with members on this replica")
                .register(registry);
    }

    public void backlog(Supplier<Number> bytes) {
        Gauge.builder("liveline.chat.backlog", bytes)
                .description("Bytes written to connections that have not accepted them")
                .baseUnit("bytes")
                .register(registry);
    }

    public void connections(Transport transport, Supplier<Number> connections) {
        Gauge.builder("liveline.chat.connections", connections)
                .tag("transport", transport.label())
                .description("Connections that receive messages: WebSockets, SSE streams, parked long-polls")
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder("liveline.chat." + name).description(description).register(registry);
    }
}
