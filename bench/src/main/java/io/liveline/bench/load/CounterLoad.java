package io.liveline.bench.load;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.util.Tally;

/**
 * Counters with increments at a fixed rate, each over its own connection, and the due time of each increment.
 */
public final class CounterLoad {

    private static final int KEPT = 1 << 16;

    public final Tally tally = new Tally();
    private final GeneratorLoop net;
    private final int count;
    private final List<Incrementing> clients = new ArrayList<>();
    private final long[][] due;
    private final int[] sent;
    private int turn;

    public CounterLoad(GeneratorLoop net, int count) {
        this.net = net;
        this.count = count;
        this.due = new long[count][KEPT];
        this.sent = new int[count];
    }

    public int count() {
        return count;
    }

    /** Returns a name with two digits, so that a reader finds the number without parsing. */
    public static String name(int counter) {
        return String.format("n%02d", counter);
    }

    /** Sets an initial value, so that every stream begins with all counters. */
    public void connect(int port) {
        net.connect(port, count, i -> {
            clients.add(new Incrementing());
            return clients.get(i);
        });
        net.on(() -> {
            for (int i = 0; i < count; i++) {
                increment(i, System.nanoTime());
            }
            return null;
        });
    }

    public void pace(double perSecond) {
        Pace.keep(net, perSecond, due -> increment(turn++ % count, due));
    }

    /**
     * Records a change of a value on a stream: the latency counts from the oldest increment in the change.
     */
    void seen(int counter, long before, long value) {
        if (value > before) {
            tally.latency(System.nanoTime() - due[counter][(int) (before + 1) & KEPT - 1]);
        }
    }

    private void increment(int counter, long dueNanos) {
        int value = ++sent[counter];
        due[counter][value & KEPT - 1] = dueNanos;
        clients.get(counter)
                .say(HttpConnection.request(
                        "POST",
                        "/counters/" + name(counter) + "/increments",
                        "Idempotency-Key: k" + value + "\r\n",
                        "{\"by\":1}"));
    }

    private final class Incrementing extends HttpConnection {

        Incrementing() {
            super(tally);
        }

        @Override
        public void connected() {
            // Sends when an increment is due.
        }

        @Override
        public void answered(int status, byte[] bytes, int head, int from, int to) {
            if (status != 200) {
                throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
            }
        }
    }
}
