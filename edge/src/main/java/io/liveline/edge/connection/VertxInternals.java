package io.liveline.edge.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import io.vertx.core.spi.context.storage.AccessMode;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/** Uses of Vert.x that are not part of its API and may break with any release. */
public final class VertxInternals {

    private VertxInternals() {}

    /** Returns the channel of a connection, or null. Without it: no limits, no long-lived responses, no WebSockets. */
    public static Channel channel(HttpConnection connection) {
        return connection instanceof ConnectionBase base ? base.channel() : null;
    }

    /** Returns the handler that receives decoded messages, or null. Without it: WebSocket errors have no code. */
    public static ChannelHandlerContext handler(ChannelPipeline pipeline) {
        return pipeline.context(VertxHandler.class);
    }

    /** Sets a body that was read before Quarkus reads it. Without it: bodies of unknown length are lost. */
    public static void setBody(RoutingContext context, Buffer body) {
        ((RoutingContextInternal) context).setBody(body);
    }

    /** Frees the locals of a context, where Quarkus keeps data of the request. Without it: more memory for a connection. */
    public static void clearLocals(Context of) {
        if (of instanceof ContextInternal context && context.isDuplicate()) {
            context.removeLocal(ContextInternal.LOCAL_MAP, AccessMode.CONCURRENT);
        }
    }
}
