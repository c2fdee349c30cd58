package io.liveline.bench;

import java.util.function.Supplier;

/** A client that sends its next request when it has the answer to the last: a closed loop of one. */
final class Asking extends HttpLink {

    private final Supplier<String> requests;
    private final Tally tally;
    private long sentNanos;

    Asking(Supplier<String> requests, Tally tally) {
        super(tally);
        this.requests = requests;
        this.tally = tally;
    }

    @Override
    void connected() {
        next();
    }

    @Override
    void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status >= 300) {
            throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
        }
        tally.deliveries++;
        tally.latency(System.nanoTime() - sentNanos);
        next();
    }

    private void next() {
        sentNanos = System.nanoTime();
        say(requests.get());
    }
}
