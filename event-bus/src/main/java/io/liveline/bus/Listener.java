package io.liveline.bus;

/**
 * Hears one topic. All calls come one after the other from the bus's event loop: do little, never block, hand over.
 * What a listener throws is logged and changes nothing for others.
 */
public interface Listener {

    /** Delivery begins behind {@code position}; comes first, once, as soon as the bus can tell. */
    void started(Cursor position);

    /** The next event: in order, each one once. */
    void event(Event event);

    /** Events are lost; the next one follows {@link Gap#resume()}. */
    void gap(Gap gap);

    /** The bus went away or is back; after {@link BusState#LIVE} nothing is outstanding. */
    default void state(BusState state) {}
}
