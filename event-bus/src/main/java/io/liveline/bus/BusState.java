package io.liveline.bus;

/** State of the bus. */
public enum BusState {
    /** Events flow, and everything that was published before has been delivered. */
    LIVE,
    /** The bus is unavailable or is catching up: events may be late, publishing may fail. */
    DEGRADED
}
