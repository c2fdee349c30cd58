package io.liveline.edge.longlived;

import io.liveline.edge.connection.BareResponseCompleter;
import io.liveline.edge.connection.LingeringClose;
import io.liveline.edge.connection.RequestHeadTimeoutHandler;
import io.liveline.edge.connection.VertxInternals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Response to a held poll or a stream, which stays open for long. Thousands are held at once, so little memory is kept
 * for each. Confined to its event loop.
 */
public class LongLivedResponse {

    // Name of the idle handler of Vert.x.
    private static final String IDLE = "idle";

    private final HttpServerResponse response;
    private final HttpConnection connection;

    /**
     * Takes over the response to a request whose body needs no more reading. Frees the headers and parameters of the
     * request and the handlers that were set on its {@code RoutingContext}, which holds the most memory. Together they
     * are nearly half of the memory of a request.
     */
    public LongLivedResponse(RoutingContext context) {
        HttpServerRequest request = context.request();
        response = context.response();
        connection = request.connection();
        if (isHttp1(response)) {
            request.headers().clear();
            request.params().clear();
            VertxInternals.clearLocals(Vertx.currentContext());
            response.headersEndHandler(null);
            RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(channel());
            if (head != null) {
                response.bodyEndHandler(answered -> head.next());
            }
        }
    }

    /**
     * Frees what only requests need, on a connection that became a WebSocket, which has timeouts of its own. Called on
     * its event loop.
     */
    public static void upgraded(HttpConnection connection) {
        ChannelPipeline pipeline = VertxInternals.channel(connection).pipeline();
        removeIdle(pipeline);
        BareResponseCompleter.remove(pipeline);
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(pipeline.channel());
        if (head != null) {
            pipeline.remove(head);
        }
    }

    /** Returns the response, to be written and ended as usual. */
    public HttpServerResponse response() {
        return response;
    }

    /** Returns the event loop of its connection. */
    public EventLoop loop() {
        return channel().eventLoop();
    }

    /**
     * Frees the headers of a stream whose head was sent, and removes the idle timeout of its connection, which ends
     * with the stream.
     */
    public void begun() {
        if (isHttp1(response)) {
            response.headers().clear();
            removeIdle(channel().pipeline());
            BareResponseCompleter.remove(channel().pipeline());
        }
    }

    /** Closes the response at once, even if the client has not read everything. */
    public void cut() {
        if (isHttp1(response)) {
            // Vert.x first waits until the written bytes are sent, which a client that reads nothing prevents. This
            // bypasses its handlers.
            channel().pipeline().firstContext().close();
        } else {
            response.reset();
        }
    }

    /** Makes the client reconnect after the end of a stream, because another connection may lead to another replica. */
    void sendElsewhere() {
        if (isHttp1(response)) {
            connection.close();
        } else {
            connection.goAway(0);
        }
    }

    /**
     * Closes the connection after a response that is still to be sent, and which announces it. No request after it is
     * carried out (RFC 9112, section 9.6).
     */
    public static void closeBehind(HttpServerRequest request) {
        closeBehind(request.response(), VertxInternals.channel(request.connection()));
    }

    /** Closes the connection after this response, as the other overload does. */
    static void closeBehind(HttpServerResponse response, Channel channel) {
        if (isHttp1(response)) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                    .endHandler(ended -> LingeringClose.close(channel));
        }
    }

    private static boolean isHttp1(HttpServerResponse response) {
        return response.streamId() < 0;
    }

    private Channel channel() {
        return VertxInternals.channel(connection);
    }

    private static void removeIdle(ChannelPipeline pipeline) {
        if (pipeline.get(IDLE) != null) {
            pipeline.remove(IDLE);
        }
    }
}
