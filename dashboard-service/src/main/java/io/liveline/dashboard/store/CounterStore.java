package io.liveline.dashboard.store;

import java.util.List;

import io.liveline.bus.Topic;
import io.liveline.dashboard.counter.ActivityFact;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.smallrye.mutiny.Uni;

/**
 * The counters: the truth that all replicas share.
 *
 * <ul>
 *   <li>Atomic: values, versions, the event on {@link #TOPIC} that tells of them and the remembered answer change in one
 *       step, or nothing does.
 *   <li>Once: a write that is repeated under its key within the window gets the first answer and changes nothing,
 *       also when the first one's answer was lost or is still on its way.
 *   <li>64 bits: what would overflow is refused.
 *   <li>Bounded: the number of counters, of rooms that are folded, and of remembered keys; what is beyond is refused.
 *   <li>Facts are folded by absolute values: repeating, delaying or losing them cannot miscount.
 *   <li>May be lost: what Redis itself loses; values then restart under a new epoch.
 * </ul>
 *
 * <p>Writes fail with a {@code ProblemException}: 409 {@code overflow}, 409 {@code too_many_counters}, 422
 * {@code key_reused}, 503 {@code busy}.
 */
public sealed interface CounterStore permits LocalCounterStore, RedisCounterStore {

    /** Where changes are told: each event is a JSON object of names and new values. */
    Topic TOPIC = new Topic("counters");

    /** Does it, once for its key. */
    Uni<List<Counter>> write(CounterWrite write);

    /**
     * Folds facts into the counters that the suite feeds, and lets its windows go on: to be called regularly, with or
     * without facts.
     */
    Uni<Void> fold(List<ActivityFact> facts);

    /** All counters. */
    Uni<CounterSnapshot> read();
}
