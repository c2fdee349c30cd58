package io.liveline.chat.websocket;

import java.util.ArrayDeque;
import java.util.Queue;

import io.liveline.edge.connection.VertxInternals;
import io.liveline.edge.longlived.LongLivedResponse;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerRequest;

/**
 * Flow control of the frames that a client sends. WebSockets Next queues a task for each frame, without a bound. This
 * handler lets at most {@value #IN_FLIGHT} frames into that queue in a turn of the event loop, so at most twice as many
 * wait in it. None passes before the session is open, or while the session is paused. The handler holds the rest of
 * what was read, at most 64 KiB, and stops reading until that is passed on. Confined to the connection's event loop.
 */
final class InboundFrames extends ChannelDuplexHandler {

    private static final int IN_FLIGHT = 16;

    private final int maxBytes;
    // Null after the upgrade: the whole request would be kept as long as the connection.
    private HttpServerRequest request;
    private final Queue<WebSocketFrame> held = new ArrayDeque<>(1);
    private ChannelHandlerContext context;
    // Null until the session is open.
    private WebSocketSession session;
    private int inFlight;
    private boolean paused;
    private boolean broken;

    private InboundFrames(HttpServerRequest request, int maxBytes) {
        this.request = request;
        this.maxBytes = maxBytes;
    }

    /**
     * Installs the handler before the upgrade, because frames may follow the handshake in the same segment.
     *
     * @param maxBytes maximum size of a message
     */
    static InboundFrames hold(HttpServerRequest request, int maxBytes) {
        ChannelPipeline pipeline = VertxInternals.channel(request.connection()).pipeline();
        // Of an earlier handshake, which failed.
        if (pipeline.get(InboundFrames.class) != null) {
            pipeline.remove(InboundFrames.class);
        }
        InboundFrames frames = new InboundFrames(request, maxBytes);
        pipeline.addBefore(VertxInternals.handler(pipeline).name(), null, frames);
        return frames;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    Channel channel() {
        return context.channel();
    }

    /** Returns whether the client violated the protocol before the session was open. */
    boolean isBroken() {
        return broken;
    }

    /** Starts to pass frames on. */
    void open(WebSocketSession opened) {
        session = opened;
        deliver();
    }

    void pause() {
        paused = true;
        channel().config().setAutoRead(false);
    }

    void resume() {
        paused = false;
        deliver();
    }

    @Override
    public void write(ChannelHandlerContext ignored, Object message, ChannelPromise promise) {
        context.write(message, promise);
        if (message instanceof HttpResponse response
                && response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            upgraded();
        }
    }

    private void upgraded() {
        ProtocolErrorHandler.watch(context, maxBytes, this::fail);
        // WebSockets Next copies the headers, and would keep them as long as the connection.
        request.headers().clear();
        LongLivedResponse.upgraded(request.connection());
        request = null;
    }

    private void fail() {
        broken = true;
        if (session != null) {
            session.closed();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        // Others are the rest of the request.
        if (message instanceof WebSocketFrame frame && !(held.isEmpty() && isOpen())) {
            held.add(frame);
            channel().config().setAutoRead(false);
        } else if (message instanceof WebSocketFrame frame) {
            pass(frame);
        } else {
            context.fireChannelRead(message);
        }
    }

    private boolean isOpen() {
        return session != null && !paused && inFlight < IN_FLIGHT;
    }

    private void pass(WebSocketFrame frame) {
        context.fireChannelRead(frame);
        if (inFlight++ == 0) {
            // Runs after the task of this frame.
            channel().eventLoop().execute(() -> {
                inFlight = 0;
                deliver();
            });
        }
    }

    /** Passes held frames on, and reads again when all are. */
    private void deliver() {
        if (!held.isEmpty() && isOpen()) {
            while (!held.isEmpty() && isOpen()) {
                pass(held.poll());
            }
            // Vert.x flushes its pongs then.
            context.fireChannelReadComplete();
        }
        if (held.isEmpty() && !paused) {
            channel().config().setAutoRead(true);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }
}
