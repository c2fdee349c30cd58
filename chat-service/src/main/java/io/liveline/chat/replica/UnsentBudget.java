package io.liveline.chat.replica;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of an event loop were written and do not take. It is bounded: where it becomes too much, who has
 * waited longest is given up, so that many who take nothing cannot use up the memory that the others' messages go
 * through. Confined to the loop.
 */
public final class UnsentBudget {

    /** A connection that may have to wait. */
    public interface Waiting {

        /** Ends the connection, if it has not ended meanwhile, as too much is held for those who take nothing. */
        void giveUp();
    }

    private final long most;
    private final Executor loop;
    // Of all event loops together, to be told.
    private final AtomicLong all;
    private long held;
    // In the order in which they began to wait, with the bytes held for each.
    private final Map<Waiting, Integer> waiting = new LinkedHashMap<>();

    /**
     * @param most how many bytes may be held
     * @param loop does what it is given when this turn of the event loop is over
     * @param all how many all event loops hold
     */
    public UnsentBudget(long most, Executor loop, AtomicLong all) {
        this.most = most;
        this.loop = loop;
        this.all = all;
    }

    /** This many more bytes are held for a connection. */
    public void add(Waiting connection, int bytes) {
        waiting.merge(connection, bytes, Integer::sum);
        count(bytes);
        // Of one alone there is never more than a piece.
        while (held > most && waiting.size() > 1) {
            Iterator<Waiting> longest = waiting.keySet().iterator();
            Waiting givenUp = longest.next();
            remove(givenUp);
            // Not in the middle of somebody else's write: it leaves its rooms, whose members are just being gone
            // through.
            loop.execute(givenUp::giveUp);
        }
    }

    /** Nothing is held for a connection any more: it has taken everything, or is gone. */
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
