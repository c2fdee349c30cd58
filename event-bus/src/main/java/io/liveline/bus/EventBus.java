package io.liveline.bus;

import io.smallrye.mutiny.Uni;

/**
 * The shared log: topics that any replica appends to and any replica hears.
 *
 * <ul>
 *   <li>Order: every reader and listener of a topic gets the same events in the same order, by offset.
 *   <li>Atomic: an event is in the log before anybody hears it; a publish that returned is in the log.
 *   <li>Once: a listener gets no event twice and misses none in silence; what the log no longer holds is told as a
 *       {@link Gap}. A repeated idempotency key publishes nothing,
 *       and fails when it comes with another content.
 *   <li>Events may be replaced: a step or script of a service can give an event of the log other data. Who reads it from
 *       then on gets that; who has got it before is told by an event of the service's own.
 *   <li>Bounded: history by length and age; waiting by {@link BusConfig#timeout()} and {@link BusConfig#maxPending()},
 *       beyond which a {@link BusUnavailableException} comes.
 *   <li>May be lost: what Redis itself loses, such as the last second of its append-only file; that too is found and
 *       told as a gap, under a new epoch.
 * </ul>
 *
 * <p>A {@code Uni} does nothing until it is subscribed to, and everything again each time that it is. What it gives
 * comes on the Vert.x context that it was subscribed to on, where there was one.
 */
public interface EventBus {

    /**
     * Appends to the log and tells all listeners, in one step.
     *
     * @return the event's cursor, or that of the first event under the same idempotency key; fails with a {@link
     *     KeyReusedException} when that one had another content
     */
    Uni<Cursor> publish(Topic topic, Draft draft);

    /**
     * Reads on from a position.
     *
     * @param after the last event already seen, or null for the oldest that is kept
     * @param limit how many events at most, 1 or more
     */
    Uni<Page> read(Topic topic, Cursor after, int limit);

    /**
     * Reads backwards.
     *
     * @param before the oldest event already seen, or null for the newest page
     * @param limit how many events at most, 1 or more
     * @return the events just before it, oldest first; {@code complete} is false when {@code before} is of another life
     *     of the log, and the page is then the newest one
     */
    Uni<Page> readBack(Topic topic, Cursor before, int limit);

    /**
     * Begins to listen. Costs no connection, and one subscription in Redis however many listen to one topic here.
     *
     * @throws BusUnavailableException when {@link BusConfig#maxTopics()} topics are listened to
     */
    Subscription subscribe(Topic topic, Listener listener);

    /** Whether events flow. */
    BusState state();

    /** Describes for people what carries the events, and whether they outlive it. */
    String description();
}
