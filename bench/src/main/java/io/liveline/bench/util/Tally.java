package io.liveline.bench.util;

import io.vertx.core.json.JsonObject;
import org.HdrHistogram.Histogram;

/** What was received since the last {@link #reset}. Confined to the generator's event loop. */
public final class Tally {

    private static final long MAX_MICROS = 60_000_000;

    final Histogram latencyMicros = new Histogram(MAX_MICROS, 3);
    public long deliveries;
    /** Came again, or behind one that was sent after it. */
    public long repeated;
    /** Never came, though one that was sent after it did. */
    public long missing;
    /** The server said that it skipped something. */
    public long gaps;
    /** Requests that the server had no room for, and that were made again. */
    public long refused;
    /**
     * Connections that the server closed, from the beginning: those that went before are missing in what is measured.
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
