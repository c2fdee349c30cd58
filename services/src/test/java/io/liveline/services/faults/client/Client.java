package io.liveline.services.faults.client;

/** Somebody who uses the suite. */
interface Client {

    /** Begins. */
    void begin();

    /** Begins nothing new. */
    void hush();

    /** Whether everything that was begun has been acknowledged, after {@link #hush}. */
    boolean isDone();

    /** Goes. */
    void leave();

    /** Its clock is suddenly so much later; or earlier. */
    void clockJumps(long millis);
}
