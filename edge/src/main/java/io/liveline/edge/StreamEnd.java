package io.liveline.edge;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/** How a response that is never complete, a stream of events, is ended by the server. Called on its event loop. */
public final class StreamEnd {

    private StreamEnd() {}

    /** Ends the stream at once, whatever is still to be taken. */
    public static void cut(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            // Vert.x, when it is asked, first waits for what was written to be taken, which is what does not happen:
            // this begins where its own handlers are passed by.
            ((ConnectionBase) request.connection())
                    .channel()
                    .pipeline()
                    .firstContext()
                    .close();
        }
    }

    /** Sees to it, behind the end of the stream, that its client comes back over another connection: it may lead elsewhere. */
    public static void sendElsewhere(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.connection().goAway(0);
        } else {
            request.connection().close();
        }
    }
}
