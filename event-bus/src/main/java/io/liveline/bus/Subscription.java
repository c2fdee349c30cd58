package io.liveline.bus;

/** Subscription of a listener to a topic. */
public interface Subscription {

    /** Returns the topic. */
    Topic topic();

    /**
     * Ends the subscription. A call on the bus's event loop takes effect at once; a call from another thread takes
     * effect shortly afterwards.
     */
    void close();
}
