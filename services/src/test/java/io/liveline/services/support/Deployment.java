package io.liveline.services.support;

import java.net.URI;

/** Deployment under test: all services at one address, in any number of processes. */
public interface Deployment extends AutoCloseable {

    /** Returns the port of the loopback interface that serves everything. */
    int port();

    default URI at(String path) {
        return URI.create("http://localhost:" + port() + path);
    }

    /**
     * Stops every server at once, as a power failure does, and starts it again at the same address.
     *
     * @param meanwhile action to run before the restart
     */
    void restart(Runnable meanwhile);

    @Override
    void close();
}
