package io.liveline.services.support;

import java.net.URI;

/** Where the page is served from: what the browser's tests run against, however many processes that is. */
public interface Deployment extends AutoCloseable {

    /** The one port of the loopback interface that browsers know. */
    int port();

    default URI at(String path) {
        return URI.create("http://localhost:" + port() + path);
    }

    /**
     * Ends every server at once, as a power cut would, and starts it again at the same address.
     *
     * @param meanwhile is done before it is started again
     */
    void restart(Runnable meanwhile);

    @Override
    void close();
}
