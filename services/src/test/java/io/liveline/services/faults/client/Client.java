package io.liveline.services.faults.client;

/** Simulated client of one of the services. */
interface Client {

    /** Connects, and starts to send requests. */
    void start();

    /** Starts no new operation. */
    void quiesce();

    /** Returns true if every operation was acknowledged, after {@link #quiesce}. */
    boolean isDone();

    /** Disconnects. */
    void leave();

    /** Moves the clock of this client; a negative value moves it back. */
    void moveClock(long millis);
}
