package io.liveline.bus;

import io.smallrye.mutiny.Uni;

/** x. */
public final class RedisBus implements EventBus {
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        return null;
    }

    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return null;
    }

    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return null;
    }

    public Subscription subscribe(Topic topic, Listener listener) {
        return null;
    }

    public BusState state() {
        return null;
    }
}
