package io.liveline.bus;

import io.smallrye.mutiny.Uni;

/** Subscription of a listener to a topic. */
public interface Subscription {

    /** Completes when the listener has received everything that was published before this call. */
    Uni<Void> catchUp();

    /**
     * Ends the subscription. A call on the bus's event loop takes effect at once; a call from another thread takes
     * effect shortly afterwards.
     */
    void close();
}
