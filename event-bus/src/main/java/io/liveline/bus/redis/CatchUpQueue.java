package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Topics that read the log to catch up with what they missed: a bounded number at once, since after a reconnect there
 * may be very many. Confined to the bus's event loop.
 */
final class CatchUpQueue {

    private final int atOnce;
    private final Predicate<TopicFeed> canRead;
    private final Predicate<TopicFeed> wanted;
    private final Runnable onRepaired;

    private final Deque<TopicFeed> waiting = new ArrayDeque<>();
    // Those that could not: tried again at the next tick, because a refusal may come at once, again and again.
    private final Deque<TopicFeed> failed = new ArrayDeque<>();
    // Those that have not caught up since they were interrupted: while there are any, the bus is not live.
    private final Set<TopicFeed> interrupted = new HashSet<>();
    private int underWay;

    CatchUpQueue(int atOnce, Predicate<TopicFeed> canRead, Predicate<TopicFeed> wanted, Runnable onRepaired) {
        this.atOnce = atOnce;
        this.canRead = canRead;
        this.wanted = wanted;
        this.onRepaired = onRepaired;
    }

    /** Something may have been missed, and it cannot be read yet. */
    void interrupted(TopicFeed feed) {
        interrupted.add(feed);
    }

    boolean areDone() {
        return interrupted.isEmpty();
    }

    void forget(TopicFeed feed) {
        interrupted.remove(feed);
    }

    void catchUp(TopicFeed feed) {
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
            TopicFeed feed = waiting.poll();
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
