package io.liveline.bus.store;

import java.util.function.Function;

import io.liveline.bus.EventBus;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.redis.RedisBus;

/** Choice of the store that keeps a service's state where its bus keeps events, so that both change in one step. */
public final class StoreSelection {

    private StoreSelection() {}

    /**
     * Returns the store for a bus.
     *
     * @param local makes the one for a bus in memory
     * @param redis makes the one for a bus over Redis
     * @throws IllegalArgumentException for a bus of another kind
     */
    public static <S> S of(EventBus bus, Function<LocalBus, S> local, Function<RedisBus, S> redis) {
        if (bus instanceof LocalBus here) {
            return local.apply(here);
        }
        if (bus instanceof RedisBus there) {
            return redis.apply(there);
        }
        throw new IllegalArgumentException("No store for a bus of " + bus.getClass());
    }
}
