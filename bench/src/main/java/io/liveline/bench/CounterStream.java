package io.liveline.bench;

/** A viewer of the counters: an event is a delivery; each value in it may only grow. */
final class CounterStream extends SseLink {

    private static final byte[] VALUE = Scan.ascii("\":{\"value\":");

    private final Counters counters;
    private final long[] seen;

    CounterStream(String path, Counters counters) {
        super(path, counters.tally);
        this.counters = counters;
        this.seen = new long[counters.count()];
    }

    @Override
    void line(byte[] bytes, int from, int to, long now) {
        if (from < to && bytes[from] == ':') {
            return;
        }
        counters.tally.bytes += to - from + 1;
        int at = Scan.find(bytes, VALUE, from, to);
        if (at < 0) {
            return;
        }
        counters.tally.deliveries++;
        for (; at >= 0; at = Scan.find(bytes, VALUE, at + VALUE.length, to)) {
            int counter = (int) Scan.digits(bytes, at - 2, 2);
            long value = Scan.number(bytes, at + VALUE.length, to);
            if (value < seen[counter]) {
                counters.tally.repeated++;
            } else if (seen[counter] > 0) {
                counters.seen(counter, seen[counter], value);
            }
            seen[counter] = value;
        }
    }
}
