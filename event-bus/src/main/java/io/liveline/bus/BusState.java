package io.liveline.bus;

/** Whether events flow. */
public enum BusState {
    /** Events flow, and nothing that was published before is outstanding. */
    LIVE,
    /** The bus cannot be reached, or is catching up: events may be late, publishing may fail. */
    DEGRADED
}
