package io.liveline.chat;

import java.time.Duration;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import io.liveline.bus.support.MeterFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Metrics of the chat service, under {@code liveline.chat}. */
@Singleton
public final class ChatMeters {

    public final Counter posts;
    public final Counter deliveries;
    public final Counter gaps;
    public final Counter pages;
    public final Counter closedSlow;
    public final Counter closedSilent;
    public final Counter refused;
    private final Timer lag;
    private final MeterRegistry registry;
    private final MeterFactory meters;

    ChatMeters(MeterRegistry registry) {
        this.registry = registry;
        meters = new MeterFactory(registry, "liveline.chat.");
        posts = meters.counter("posts", "Messages posted through this replica");
        deliveries = meters.counter("deliveries", "Lines written to connections");
        gaps = meters.counter("gaps", "Gaps sent to members that the line ring no longer covers");
        pages = meters.counter("pages", "Pages of the log read for members that the line ring does not cover");
        closedSlow = meters.counter("closed.slow", "Connections closed because they accepted no bytes");
        closedSilent = meters.counter("closed.silent", "Connections closed because nothing was received from them");
        refused = meters.counter("refused", "Upgrades and frames rejected");
        lag = Timer.builder("liveline.chat.lag")
                .description("Time from publishing, by the store's clock, to the write on the socket")
                .publishPercentileHistogram()
                .register(registry);
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
        meters.gauge("rooms", "Rooms with members on this replica", rooms);
    }

    public void backlog(Supplier<Number> bytes) {
        Gauge.builder("liveline.chat.backlog", bytes)
                .description("Bytes written to connections that have not accepted them")
                .baseUnit("bytes")
                .register(registry);
    }

    public void connections(Transport transport, Supplier<Number> connections) {
        meters.gauge(
                "connections",
                "Connections that receive messages: WebSockets, SSE streams, parked long-polls",
                connections,
                "transport",
                transport.label());
    }
}
