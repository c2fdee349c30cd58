package io.liveline.bench.util;

import io.vertx.core.json.JsonObject;
import org.HdrHistogram.Histogram;

/** Counters of what was received since the last {@link #reset}. Confined to the event loop of the generator. */
public final class Tally {

    private static final long MAX_MICROS = 60_000_000;

    final Histogram latencyMicros = new Histogram(MAX_MICROS, 3);
    public long deliveries;
    /** Messages that arrived twice, or after a later one. */
    public long repeated;
    /** Messages that never arrived, although a later one did. */
    public long missing;
    /** Gaps that the server reported. */
    public long gaps;
    /** Requests that the server rejected as overloaded, and that were repeated. */
    public long refused;
    /**
     * Connections that the server closed since the start: those lost before the measurement are missing in it too.
     */
    public long lost;

    public long bytes;

    public void latency(long nanos) {
        latencyMicros.recordValue(Math.max(0, Math.min(MAX_MICROS, nanos / 1000)));
    }

    public void reset() {
        latencyMicros.reset();
        deliveries = repeated = missing = gaps = refused = bytes = 0;
    }

    public JsonObject json(double seconds) {
        return new JsonObject()
                .put("deliveries", deliveries)
                .put("deliveries_per_s", Math.round(deliveries / seconds))
                .put("repeated", repeated)
                .put("missing", missing)
                .put("gaps_told", gaps)
                .put("refused", refused)
                .put("connections_lost", lost)
                .put("bytes_per_delivery", deliveries == 0 ? 0 : bytes / deliveries)
                .put("latency_ms", latencies());
    }

    JsonObject latencies() {
        return new JsonObject()
                .put("p50", millis(50))
                .put("p90", millis(90))
                .put("p99", millis(99))
                .put("p999", millis(99.9))
                .put("max", latencyMicros.getMaxValue() / 1000.0);
    }

    private double millis(double percentile) {
        return latencyMicros.getValueAtPercentile(percentile) / 1000.0;
    }
}
