package io.liveline.bus;

import io.smallrye.mutiny.Uni;
import org.jboss.logging.Logger;

/**
 * The shared log: topics that any replica can append to and subscribe to.
 *
 * <ul>
 *   <li>Order: every reader and listener of a topic gets the same events in the same order, by offset.
 *   <li>Atomicity: an event is in the log before it is delivered; once a publish has returned, its event is in the log.
 *   <li>Exactly once: a listener receives no event twice and misses none without notice; events that the log no longer
 *       holds are reported as a {@link Gap}. A repeated idempotency key publishes nothing, and fails if its content
 *       differs.
 *   <li>Replacement: a step or script of a service can replace the data of an event in the log. Later readers receive
 *       the new data; the service informs earlier ones by an event of its own.
 *   <li>Bounds: history is limited by length and age, waiting by {@link BusConfig#timeout()} and
 *       {@link BusConfig#maxPending()}; beyond these a call fails with a {@link BusUnavailableException}.
 *   <li>Loss: events that Redis itself loses, such as the last second of its append-only file, are lost. This too is
 *       detected and reported as a gap, under a new epoch.
 * </ul>
 *
 * <p>A {@code Uni} does nothing until it is subscribed to, and repeats its work on each subscription. It completes on
 * the Vert.x context of its subscriber, if there is one.
 */
public interface EventBus {

    /**
     * Appends an event to the log and delivers it to all listeners, in one step.
     *
     * @return the event's cursor, or that of the first event under the same idempotency key; fails with a {@link
     *     KeyReusedException} if the first event had a different content
     */
    Uni<Cursor> publish(Topic topic, Draft draft);

    /** Publishes an event whose loss a later one makes up for. A failure is only logged. */
    default void tryPublish(Topic topic, Draft draft) {
        publish(topic, draft).subscribe().with(cursor -> {}, failure -> Logger.getLogger(EventBus.class)
                .debugf("Publishing to %s failed: %s", topic, failure.getMessage()));
    }

    /**
     * Reads the events after a position.
     *
     * @param after last event already seen, or null to start at the oldest event kept
     * @param limit maximum number of events, 1 or more
     */
    Uni<Page> read(Topic topic, Cursor after, int limit);

    /**
     * Reads the events before a position.
     *
     * @param before oldest event already seen, or null for the newest page
     * @param limit maximum number of events, 1 or more
     * @return the events just before it, oldest first; {@code complete} is false if {@code before} is from another life
     *     of the log, and the page is then the newest one
     */
    Uni<Page> readBack(Topic topic, Cursor before, int limit);

    /**
     * Subscribes a listener to a topic. This takes no connection of its own; all listeners of a topic in this process
     * share one subscription in Redis.
     *
     * @throws BusUnavailableException if {@link BusConfig#maxTopics()} topics are subscribed to already
     */
    Subscription subscribe(Topic topic, Listener listener);

    /** Returns the state of the bus. */
    BusState state();

    /** Describes the transport and its durability, in text for people. */
    String description();
}
