package io.liveline.edge.longlived;

import java.time.Duration;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Response that is a stream of events (WHATWG HTML, section 9.2), from its head to its end. Its owner writes the
 * encoded events, which many streams may share, and heeds a full write queue. Confined to its event loop.
 */
public final class SseResponse extends LongLivedResponse {

    private static final CharSequence TYPE = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    /** Takes over the response to a request that has no body. */
    public SseResponse(RoutingContext context) {
        super(context);
    }

    /** Answers a HEAD request with the headers of a stream. Returns false for other requests. */
    public static boolean answerHead(RoutingContext context) {
        boolean head = context.request().method().equals(HttpMethod.HEAD);
        if (head) {
            addHeaders(context.response()).end();
        }
        return head;
    }

    /**
     * Starts the stream.
     *
     * @param retry time after which a disconnected client reconnects
     * @param closed called when the stream has ended or its client has disconnected; may be called twice
     */
    public void start(Duration retry, Runnable closed) {
        // The close handler reports a client that disconnects, not a failed write.
        HttpServerResponse response = addHeaders(response()).setChunked(true).exceptionHandler(gone -> {});
        response.closeHandler(gone -> closed.run());
        response.endHandler(ended -> closed.run());
        response.write(retryLine(retry));
        begun();
    }

    /**
     * Ends the stream, started or not, so that the client reconnects over another connection, which may lead to another
     * replica. A client that has not read everything is cut off, because the end would wait for it.
     */
    public void end(Duration retry) {
        HttpServerResponse response = response();
        if (response.closed()) {
            return;
        }
        if (response.writeQueueFull()) {
            cut();
            return;
        }
        if (!response.headWritten()) {
            addHeaders(response).setChunked(true);
        }
        response.end(retryLine(retry));
        sendElsewhere();
    }

    private static HttpServerResponse addHeaders(HttpServerResponse response) {
        return response.putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .putHeader(ACCEL_BUFFERING, NO);
    }

    /** Encodes a line of the next event: several libraries take a block of its own for an empty event. */
    private static Buffer retryLine(Duration retry) {
        return Buffer.buffer("retry: " + retry.toMillis() + "\n");
    }
}
