package io.liveline.edge.limit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Person;

/** Limit on requests that are held open, for this replica and for each person. Thread-safe. */
public final class ConcurrencyLimit {

    private final int most;
    private final int mostAPerson;
    private final Duration retryAfter;
    private final Duration retrySpread;
    private final AtomicInteger taken = new AtomicInteger();
    // One entry for each person with a held request, so it is bounded by the limit itself.
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();

    /**
     * Creates a limit with no place taken.
     *
     * @param most maximum for this replica
     * @param mostAPerson maximum for one person
     * @param retryAfter shortest time after which a rejected client may try again
     * @param retrySpread period after it over which the retries of rejected clients are spread
     */
    public ConcurrencyLimit(int most, int mostAPerson, Duration retryAfter, Duration retrySpread) {
        this.most = most;
        this.mostAPerson = mostAPerson;
        this.retryAfter = retryAfter;
        this.retrySpread = retrySpread;
    }

    /**
     * Takes a place, which must be given back once.
     *
     * @param person null for a client without a name, which takes only a place of the replica
     * @throws ProblemException 503 {@code full}, with a time to retry that differs from client to client
     */
    public void take(Person person) {
        if (taken.incrementAndGet() > most) {
            taken.decrementAndGet();
            throw full("This replica holds too many requests");
        }
        if (person != null && byUser.merge(person.user(), 1, Integer::sum) > mostAPerson) {
            giveBack(person);
            throw full("You have too many requests waiting");
        }
    }

    /** Gives back a place that was taken for this person. */
    public void giveBack(Person person) {
        taken.decrementAndGet();
        if (person != null) {
            byUser.computeIfPresent(person.user(), (user, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Returns the number of taken places. */
    public int taken() {
        return taken.get();
    }

    /**
     * Returns the time after which a client that cannot be served here may come back. It differs from client to client,
     * so that they do not all come back together.
     */
    public Duration retry() {
        return retryAfter.plusMillis(ThreadLocalRandom.current().nextLong(retrySpread.toMillis() + 1));
    }

    private ProblemException full(String detail) {
        return ProblemException.full(detail + "; try again later", retry());
    }
}
