package io.liveline.bus;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Topics that read the log to catch up with what they missed: a bounded number at once, since after a reconnect there
 * may be very many. Confined to the bus's event loop.
 */
final class RedisRepairs {

    private final int atOnce;
    private final Predicate<RedisFeed> canRead;
    private final Predicate<RedisFeed> wanted;
    private final Runnable onRepaired;

    private final Deque<RedisFeed> waiting = new ArrayDeque<>();
    // Those that could not: tried again at the next tick, because a refusal may come at once, again and again.
    private final Deque<RedisFeed> failed = new ArrayDeque<>();
    // Those that have not caught up since they were interrupted: while there are any, the bus is not live.
    private final Set<RedisFeed> interrupted = new HashSet<>();
    private int underWay;

    RedisRepairs(int atOnce, Predicate<RedisFeed> canRead, Predicate<RedisFeed> wanted, Runnable onRepaired) {
        this.atOnce = atOnce;
        this.canRead = canRead;
        this.wanted = wanted;
        this.onRepaired = onRepaired;
    }

    /** Something may have been missed, and it cannot be read yet. */
    void interrupted(RedisFeed feed) {
        interrupted.add(feed);
    }

    boolean areDone() {
        return interrupted.isEmpty();
    }

    void forget(RedisFeed feed) {
        interrupted.remove(feed);
    }

    void catchUp(RedisFeed feed) {
        waiting.add(feed);
        some();
    }

    /** Housekeeping, once a pulse. */
    void tick() {
        waiting.addAll(failed);
        failed.clear();
        some();
    }

    private void some() {
        while (underWay < atOnce && !waiting.isEmpty()) {
            RedisFeed feed = waiting.poll();
            if (!canRead.test(feed)) {
                // Must not take the place of those that can.
                failed.add(feed);
                continue;
            }
            underWay++;
            feed.catchUp().onComplete(done -> {
                underWay--;
                if (done.succeeded()) {
                    interrupted.remove(feed);
                    onRepaired.run();
                } else if (wanted.test(feed)) {
                    failed.add(feed);
                }
                some();
            });
        }
    }
}
