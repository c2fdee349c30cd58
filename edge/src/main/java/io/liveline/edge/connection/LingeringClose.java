package io.liveline.edge.connection;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Closes a connection behind an answer that said so. Closed at once, with bytes unread, it would be reset, and the
 * client might lose the answer (RFC 9112, 9.6): so it is left for the client to close, and what comes until then is
 * thrown away unread, but not for long.
 */
public final class LingeringClose extends ChannelInboundHandlerAdapter {

    private LingeringClose() {}

    /** From now on no request is carried out; the client has as long as it has for the head of one. */
    public static void close(Channel channel) {
        EventLoop loop = channel.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> close(channel));
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext vertx = pipeline.context(VertxHandler.class);
        if (vertx != null) {
            // Other requests may be decoded already: they came with what is answered.
            pipeline.addBefore(vertx.name(), null, new LingeringClose());
        }
        pipeline.addFirst(new LingeringClose());
        channel.config().setAutoRead(true);
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(channel);
        long millis = head == null ? 0 : head.most().toMillis();
        ScheduledFuture<?> end = loop.schedule(() -> channel.close(), millis, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object unwanted) {
        ReferenceCountUtil.release(unwanted);
    }
}
