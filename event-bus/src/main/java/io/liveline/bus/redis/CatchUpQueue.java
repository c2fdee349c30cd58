package io.liveline.bus.redis;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Queue of topics that read missed events from the log. A bounded number reads at the same time, because there may be
 * very many after a reconnect. Confined to the bus's event loop.
 */
final class CatchUpQueue {

    private final int maxConcurrent;
    private final Predicate<TopicFeed> canRead;
    private final Predicate<TopicFeed> isCurrent;
    private final Runnable onCaughtUp;

    private final Set<TopicFeed> waiting = new LinkedHashSet<>();
    // Retried at the next tick: a read may fail immediately each time.
    private final Set<TopicFeed> failed = new LinkedHashSet<>();
    // Topics that have not caught up since they were interrupted; while there are any, the bus is degraded.
    private final Set<TopicFeed> interrupted = new HashSet<>();
    private int running;

    CatchUpQueue(int maxConcurrent, Predicate<TopicFeed> canRead, Predicate<TopicFeed> isCurrent, Runnable onCaughtUp) {
        this.maxConcurrent = maxConcurrent;
        this.canRead = canRead;
        this.isCurrent = isCurrent;
        this.onCaughtUp = onCaughtUp;
    }

    /** Marks a topic that may have missed events and cannot read the log yet. */
    void interrupted(TopicFeed feed) {
        interrupted.add(feed);
    }

    boolean isCaughtUp() {
        return interrupted.isEmpty();
    }

    void forget(TopicFeed feed) {
        interrupted.remove(feed);
        waiting.remove(feed);
        failed.remove(feed);
    }

    void catchUp(TopicFeed feed) {
        waiting.add(feed);
        startWaiting();
    }

    /** Housekeeping, once a pulse. */
    void tick() {
        waiting.addAll(failed);
        failed.clear();
        startWaiting();
    }

    private void startWaiting() {
        while (running < maxConcurrent && !waiting.isEmpty()) {
            TopicFeed feed = waiting.iterator().next();
            waiting.remove(feed);
            if (!canRead.test(feed)) {
                // It must not occupy the slot of a topic that can read.
                failed.add(feed);
                continue;
            }
            running++;
            feed.catchUp(true).onComplete(done -> {
                running--;
                if (done.succeeded()) {
                    interrupted.remove(feed);
                    onCaughtUp.run();
                } else if (isCurrent.test(feed)) {
                    failed.add(feed);
                }
                startWaiting();
            });
        }
    }
}
