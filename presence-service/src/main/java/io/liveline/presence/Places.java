package io.liveline.presence;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.edge.Person;
import io.liveline.edge.Problem;

/** How many polls may wait: at this replica, and of one person. May be used by any thread. */
final class Places {

    private final PresenceConfig.Polls config;
    private final AtomicInteger taken = new AtomicInteger();
    // One entry for each person who waits, so as bounded as the places are.
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();

    Places(PresenceConfig.Polls config) {
        this.config = config;
    }

    /**
     * Takes a place, to be given back once.
     *
     * @param person null for somebody without a name, who takes a place of the replica alone
     * @throws Problem 503 {@code full}, to be tried again at a time that differs from poll to poll
     */
    void take(Person person) {
        if (taken.incrementAndGet() > config.max()) {
            taken.decrementAndGet();
            throw full("Too many polls wait here");
        }
        if (person != null && byUser.merge(person.user(), 1, Integer::sum) > config.maxPerPerson()) {
            giveBack(person);
            throw full("Too many polls of yours wait here");
        }
    }

    void giveBack(Person person) {
        taken.decrementAndGet();
        if (person != null) {
            byUser.computeIfPresent(person.user(), (user, count) -> count > 1 ? count - 1 : null);
        }
    }

    int taken() {
        return taken.get();
    }

    private Problem full(String detail) {
        // Those who are refused together must not come back together.
        long spread = ThreadLocalRandom.current().nextLong(config.retrySpread().toMillis() + 1);
        Duration after = config.retryAfter().plusMillis(spread);
        return new Problem(503, "full", detail + "; try again later", after);
    }
}
