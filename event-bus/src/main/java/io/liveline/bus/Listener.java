package io.liveline.bus;

/**
 * Receiver of one topic's events. The bus calls it from its event loop, one call after the other: a listener must be
 * short, must not block, and hands work over to other threads. Exceptions are logged and do not affect other listeners.
 */
public interface Listener {

    /**
     * Reports that delivery starts after {@code position}. Called once, before any event, as soon as the position is
     * known.
     */
    default void started(Cursor position) {}

    /** Receives the next event, in order and exactly once. */
    void event(Event event);

    /** Reports that events are lost; the next event follows {@link Gap#resume()}. */
    void gap(Gap gap);

    /** Reports a change of state; on {@link BusState#LIVE} everything published before has been delivered. */
    default void state(BusState state) {}
}
