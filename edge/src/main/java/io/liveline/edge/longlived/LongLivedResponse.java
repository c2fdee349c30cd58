package io.liveline.edge.longlived;

import io.liveline.edge.connection.BareResponseCompleter;
import io.liveline.edge.connection.LingeringClose;
import io.liveline.edge.connection.RequestHeadTimeoutHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.context.storage.AccessMode;
import io.vertx.ext.web.RoutingContext;

/**
 * A response that is long in coming, or in ending: to a poll that waits, or a stream. As thousands are held, little is
 * kept beside it. Confined to its event loop.
 */
public final class LongLivedResponse {

    // What Vert.x calls its handler.
    private static final String IDLE = "idle";
    /** Name of the handler in the pipeline that recognizes polls by their bytes. */
    public static final String POLL_FAST_PATH = "liveline.polls";

    private final HttpServerResponse response;
    private final HttpConnection connection;

    private LongLivedResponse(HttpServerResponse response, HttpConnection connection) {
        this.response = response;
        this.connection = connection;
    }

    /**
     * The response to a request of which all has been read that will be. The request's headers and parameters are gone
     * from now on, and so are the handlers that were set on its {@code RoutingContext}, which holds the most: together
     * nearly half of what a request costs.
     */
    public static LongLivedResponse of(RoutingContext context) {
        HttpServerRequest request = context.request();
        LongLivedResponse held = new LongLivedResponse(context.response(), request.connection());
        if (held.isHttp1()) {
            request.headers().clear();
            request.params().clear();
            forgetLocals();
            held.response.headersEndHandler(null);
            RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(held.channel());
            if (head != null) {
                held.response.bodyEndHandler(answered -> head.next());
            }
        }
        return held;
    }

    /**
     * Lets go of what only requests need, on a connection that carries none any more: a WebSocket, which has deadlines
     * of its own. Called on its event loop.
     */
    public static void upgraded(HttpConnection connection) {
        forgetLocals();
        ChannelPipeline pipeline = channel(connection).pipeline();
        removeIdle(pipeline);
        if (pipeline.get(POLL_FAST_PATH) != null) {
            pipeline.remove(POLL_FAST_PATH);
        }
        BareResponseCompleter.remove(pipeline);
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(pipeline.channel());
        if (head != null) {
            pipeline.remove(head);
        }
    }

    /** What is written and ended as any other. */
    public HttpServerResponse response() {
        return response;
    }

    /** It is a stream that has begun: its headers are gone, and its connection, which ends with it, is never idle. */
    public void begun() {
        if (isHttp1()) {
            response.headers().clear();
            removeIdle(channel().pipeline());
            BareResponseCompleter.remove(channel().pipeline());
        }
    }

    /** Ends it at once, whatever is still to be taken. */
    public void cut() {
        if (isHttp1()) {
            // Vert.x, when it is asked, first waits for what was written to be taken, which is what does not happen:
            // this begins where its own handlers are passed by.
            channel().pipeline().firstContext().close();
        } else {
            response.reset();
        }
    }

    /**
     * Sees to it, behind the end of a stream, that its client comes back over another connection: it may lead
     * elsewhere.
     */
    public void sendElsewhere() {
        if (isHttp1()) {
            connection.close();
        } else {
            connection.goAway(0);
        }
    }

    /**
     * Closes the connection behind an answer that is yet to be given, which tells the client so; nothing that comes
     * behind the answer is carried out (RFC 9112, section 9.6).
     */
    public static void closeBehind(HttpServerRequest request) {
        closeBehind(request.response(), channel(request.connection()));
    }

    public static void closeBehind(HttpServerResponse response, Channel channel) {
        if (isHttp1(response)) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                    .endHandler(ended -> LingeringClose.close(channel));
        }
    }

    /** Quarkus puts there what belongs to a request. */
    private static void forgetLocals() {
        if (Vertx.currentContext() instanceof ContextInternal context && context.isDuplicate()) {
            context.removeLocal(ContextInternal.LOCAL_MAP, AccessMode.CONCURRENT);
        }
    }

    private static boolean isHttp1(HttpServerResponse response) {
        return response.streamId() < 0;
    }

    private boolean isHttp1() {
        return isHttp1(response);
    }

    private Channel channel() {
        return channel(connection);
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }

    private static void removeIdle(ChannelPipeline pipeline) {
        if (pipeline.get(IDLE) != null) {
            pipeline.remove(IDLE);
        }
    }
}
