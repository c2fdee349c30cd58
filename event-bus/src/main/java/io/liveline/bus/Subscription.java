package io.liveline.bus;

/** A listener's hold on a topic. */
public interface Subscription {

    /** What is listened to. */
    Topic topic();

    /** Ends it: the listener hears nothing more once this was called on the bus's loop, or soon after elsewhere. */
    void close();
}
