package io.liveline.edge.limit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Person;

/**
 * How many requests may be held open: at this replica, and of one person. May be used by any thread.
 */
public final class ConcurrencyLimit {

    private final int most;
    private final int mostAPerson;
    private final Duration retryAfter;
    private final Duration retrySpread;
    private final AtomicInteger taken = new AtomicInteger();
    // One entry for each person who waits, so as bounded as the places are.
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();

    /**
     * No place taken.
     *
     * @param most at this replica
     * @param mostAPerson of one person
     * @param retryAfter how soon who is refused may try again, at the earliest
     * @param retrySpread over how long beyond that those are spread who are refused
     */
    public ConcurrencyLimit(int most, int mostAPerson, Duration retryAfter, Duration retrySpread) {
        this.most = most;
        this.mostAPerson = mostAPerson;
        this.retryAfter = retryAfter;
        this.retrySpread = retrySpread;
    }

    /**
     * Takes a place, to be given back once.
     *
     * @param person null for somebody without a name, who takes a place of the replica alone
     * @throws ProblemException 503 {@code full}, to be tried again at a time that differs from one to another
     */
    public void take(Person person) {
        if (taken.incrementAndGet() > most) {
            taken.decrementAndGet();
            throw full("Too many requests wait here");
        }
        if (person != null && byUser.merge(person.user(), 1, Integer::sum) > mostAPerson) {
            giveBack(person);
            throw full("Too many requests of yours wait here");
        }
    }

    /** Gives back a place that was taken for this person. */
    public void giveBack(Person person) {
        taken.decrementAndGet();
        if (person != null) {
            byUser.computeIfPresent(person.user(), (user, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** How many are taken. */
    public int taken() {
        return taken.get();
    }

    /**
     * When somebody who cannot be served here may come back: it differs from one to another, so that they do not come
     * together.
     */
    public Duration retry() {
        return retryAfter.plusMillis(ThreadLocalRandom.current().nextLong(retrySpread.toMillis() + 1));
    }

    private ProblemException full(String detail) {
        return new ProblemException(503, "full", detail + "; try again later", retry());
    }
}
