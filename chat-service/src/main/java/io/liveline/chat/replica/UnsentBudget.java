package io.liveline.chat.replica;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Budget of an event loop for bytes that were written to connections and not accepted by them. Beyond the budget, the
 * connections that have waited longest are closed, so that many slow connections cannot use up the memory for the
 * messages of the others. Confined to the loop.
 */
public final class UnsentBudget {

    /** Connection with unsent bytes. */
    public interface Waiting {

        /** Closes the connection, if it is still open, because too many bytes are held for slow connections. */
        void evict();
    }

    private final long maxBytes;
    private final Executor loop;
    // Total of all event loops, for the metric.
    private final AtomicLong all;
    private long held;
    // In the order in which the connections began to wait, with the bytes held for each.
    private final Map<Waiting, Integer> waiting = new LinkedHashMap<>();

    /**
     * Creates an empty budget.
     *
     * @param maxBytes maximum number of bytes
     * @param loop executor that runs a task after the current task of the event loop
     * @param all total number of bytes of all event loops
     */
    public UnsentBudget(long maxBytes, Executor loop, AtomicLong all) {
        this.maxBytes = maxBytes;
        this.loop = loop;
        this.all = all;
    }

    /** Adds bytes that are held for a connection. */
    public void add(Waiting connection, int bytes) {
        waiting.merge(connection, bytes, Integer::sum);
        count(bytes);
        // A single connection never holds more than one piece.
        while (held > maxBytes && waiting.size() > 1) {
            Iterator<Waiting> longest = waiting.keySet().iterator();
            Waiting evicted = longest.next();
            remove(evicted);
            // Not within another connection's write: closing makes it leave its rooms, whose members are being
            // iterated.
            loop.execute(evicted::evict);
        }
    }

    /** Removes a connection that has accepted everything, or is closed. */
    public void remove(Waiting connection) {
        Integer bytes = waiting.remove(connection);
        if (bytes != null) {
            count(-bytes);
        }
    }

    private void count(int bytes) {
        held += bytes;
        all.addAndGet(bytes);
    }
}
