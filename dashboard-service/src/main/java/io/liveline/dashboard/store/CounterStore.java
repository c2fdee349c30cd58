package io.liveline.dashboard.store;

import java.util.List;

import io.liveline.bus.Topic;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.contract.ActivityFact;
import io.smallrye.mutiny.Uni;

/**
 * Store of the counters that all replicas share.
 *
 * <ul>
 *   <li>Atomic: values, versions, the event on {@link #TOPIC} and the stored answer change in one step, or nothing
 * changes.
 *   <li>Exactly once: a write that is repeated under its key within the window gets the first answer and changes
 * nothing, even if the first answer was lost or is still in transit.
 *   <li>64 bits: a write that would overflow is rejected.
 *   <li>Bounded: the number of counters, of counted rooms and of stored keys; anything beyond is rejected.
 *   <li>Facts carry absolute values: repeating, delaying or losing them cannot cause a miscount.
 *   <li>Possible loss: data that Redis itself loses; values then restart under a new epoch.
 * </ul>
 *
 * <p>Writes fail with a {@code ProblemException}: 409 {@code overflow}, 409 {@code too_many_counters}, 422
 * {@code key_reused}, 503 {@code busy}.
 */
public sealed interface CounterStore permits LocalCounterStore, RedisCounterStore {

    /** Topic of the changes: each event is a JSON object of names and new values. */
    Topic TOPIC = new Topic("counters");

    /** Applies a write, once for its key. */
    Uni<List<Counter>> write(CounterWrite write);

    /**
     * Folds facts into the counters of the suite and advances their time windows. Must be called regularly, with or
     * without facts.
     */
    Uni<Void> fold(List<ActivityFact> facts);

    /** Reads all counters. */
    Uni<CounterSnapshot> read();
}
