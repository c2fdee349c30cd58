package io.liveline.bench.load;

import java.util.function.Supplier;

import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.util.Tally;

/** Client that sends its next request after the response to the last one: a closed loop of one. */
public final class ClosedLoopClient extends HttpConnection {

    private final Supplier<String> requests;
    private final Tally tally;
    private long sentNanos;

    public ClosedLoopClient(Supplier<String> requests, Tally tally) {
        super(tally);
        this.requests = requests;
        this.tally = tally;
    }

    @Override
    public void connected() {
        next();
    }

    @Override
    public void answered(int status, byte[] bytes, int head, int from, int to) {
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
