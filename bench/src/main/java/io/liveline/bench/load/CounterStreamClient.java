package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.SseConnection;

/** Subscriber to counters: each event is a delivery, and each value in it may only increase. */
public final class CounterStreamClient extends SseConnection {

    private static final byte[] VALUE = ByteScanner.ascii("\":{\"value\":");

    private final CounterLoad counters;
    private final long[] seen;

    public CounterStreamClient(String path, CounterLoad counters) {
        super(path, counters.tally);
        this.counters = counters;
        this.seen = new long[counters.count()];
    }

    @Override
    public void line(byte[] bytes, int from, int to, long now) {
        if (from < to && bytes[from] == ':') {
            return;
        }
        counters.tally.bytes += to - from + 1;
        int at = ByteScanner.find(bytes, VALUE, from, to);
        if (at < 0) {
            return;
        }
        counters.tally.deliveries++;
        for (; at >= 0; at = ByteScanner.find(bytes, VALUE, at + VALUE.length, to)) {
            int counter = (int) ByteScanner.digits(bytes, at - 2, 2);
            long value = ByteScanner.number(bytes, at + VALUE.length, to);
            if (value < seen[counter]) {
                counters.tally.repeated++;
            } else if (seen[counter] > 0) {
                counters.seen(counter, seen[counter], value);
            }
            seen[counter] = value;
        }
    }
}
