package io.liveline.bus.store;

import java.util.function.Function;

import io.liveline.bus.EventBus;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.table.TopicTable;

/** Selection of a service's store by its bus: state and events are kept in one place, so both change in one step. */
public final class StoreSelection {

    private StoreSelection() {}

    /** Returns the tables on the topics of a bus. */
    public static TopicTable table(EventBus bus) {
        return of(bus, LocalBus::table, RedisBus::table);
    }

    /**
     * Returns the store for a bus.
     *
     * @param local factory of the store for an in-memory bus
     * @param redis factory of the store for a Redis bus
     * @throws IllegalArgumentException if the bus is of another kind
     */
    public static <S> S of(EventBus bus, Function<LocalBus, S> local, Function<RedisBus, S> redis) {
        if (bus instanceof LocalBus here) {
            return local.apply(here);
        }
        if (bus instanceof RedisBus there) {
            return redis.apply(there);
        }
        throw new IllegalArgumentException(
                "No store for a bus of type " + bus.getClass().getName());
    }
}
