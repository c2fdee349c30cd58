package io.liveline.bus.table;

import java.time.Duration;
import java.util.Optional;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.SizeCheck;
import io.smallrye.mutiny.Uni;

/**
 * Tables on topics: the newest value of each key, kept beside the topic's log. A follower reads a {@link #snapshot} and
 * then applies the topic's events after its cursor, from {@link EventBus#subscribe}.
 *
 * <ul>
 *   <li>Atomic: the table changes and the event of the change ({@link TableChange}) is published in one step, or neither.
 *   <li>Silent when nothing changes: putting the value that a key has, or removing an absent key, publishes nothing.
 *   <li>Order: the last put or remove of a key applies, in the order of the topic's events.
 *   <li>Repetition: a call whose answer was lost may be applied twice, with other changes in between.
 *   <li>Expiry: an entry whose time to live is over, by the clock of the store, is absent from snapshots. The event of
 *       its removal follows with the next change of the table, or with {@link #expire}.
 *   <li>Bounds: {@link BusConfig.Table}, and {@value TableChange#MAX_KEY_LENGTH} characters a key. A change beyond a
 *       limit has no effect: it fails with a {@link TableFullException} or an {@link IllegalArgumentException}.
 *   <li>Loss: a table lives until its keys are removed. Listeners receive what Redis itself loses as on every topic: as
 *       a gap under a new epoch, after which a follower reads a new snapshot.
 * </ul>
 *
 * <p>A call fails with a {@link io.liveline.bus.BusUnavailableException} where a publish would. A topic with a table
 * carries no other events.
 */
public abstract class TopicTable {

    /** Maximum number of expired entries that one call removes. */
    public static final int EXPIRED_AT_ONCE = 100;

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final BusConfig config;
    private final BusMeters meters;

    protected TopicTable(BusConfig config, BusMeters meters) {
        this.config = config;
        this.meters = meters;
    }

    /** Sets the value of a key, for good. */
    public final Uni<Cursor> put(Topic topic, String key, String value) {
        return put(topic, key, value, Optional.empty());
    }

    /**
     * Sets the value of a key.
     *
     * @param timeToLive time after which the entry expires, between a millisecond and a hundred years; empty if it does
     *     not expire. It replaces the earlier one, also if the value stays the same.
     * @return a position of the topic at which the key has the value
     */
    public final Uni<Cursor> put(Topic topic, String key, String value, Optional<Duration> timeToLive) {
        return Uni.createFrom().deferred(() -> {
            SizeCheck.check("A value", value, config.table().maxValueBytes());
            if (timeToLive.isPresent()
                    && (timeToLive.get().compareTo(SHORTEST) < 0
                            || timeToLive.get().compareTo(LONGEST) > 0)) {
                throw new IllegalArgumentException("A time to live must be between a millisecond and a hundred years");
            }
            return change(topic, new TableChange(key, Optional.of(value)), timeToLive.map(Duration::toMillis));
        });
    }

    /**
     * Removes a key.
     *
     * @return a position of the topic at which the key is absent
     */
    public final Uni<Cursor> remove(Topic topic, String key) {
        return Uni.createFrom().deferred(() -> change(topic, new TableChange(key, Optional.empty()), Optional.empty()));
    }

    /**
     * Removes expired entries, at most {@value #EXPIRED_AT_ONCE}. Replicas that need their events in time call this
     * regularly.
     *
     * @return a position of the topic at which they are absent
     */
    public final Uni<Cursor> expire(Topic topic) {
        return change(topic, null, Optional.empty());
    }

    /** Reads all entries in one step. */
    public abstract Uni<TableSnapshot> snapshot(Topic topic);

    /**
     * Removes expired entries and applies a change, in one step.
     *
     * @param change null if only expired entries are to be removed
     * @param lifeMillis time to live of a new value
     */
    protected abstract Uni<Cursor> change(Topic topic, TableChange change, Optional<Long> lifeMillis);

    /** Counts a rejected put, and returns its failure. */
    protected final TableFullException full() {
        meters.tableFull.increment();
        return new TableFullException(config.table().maxKeys());
    }
}
