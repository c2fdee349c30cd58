package io.liveline.edge.connection;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Lingering close of a connection after a response that announced it. If the server closed at once with bytes unread,
 * the connection would be reset and the client might lose the response (RFC 9112, section 9.6). So the client closes
 * it, and what it sends until then is discarded, for a limited time.
 */
public final class LingeringClose extends ChannelInboundHandlerAdapter {

    private LingeringClose() {}

    /**
     * Stops carrying out requests. The client has as long to close the connection as it has for the head of a request.
     */
    public static void close(Channel channel) {
        EventLoop loop = channel.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> close(channel));
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext vertx = VertxInternals.handler(pipeline);
        if (vertx != null) {
            // Requests that arrived together with the answered one may be decoded already.
            pipeline.addBefore(vertx.name(), null, new LingeringClose());
        }
        pipeline.addFirst(new LingeringClose());
        channel.config().setAutoRead(true);
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(channel);
        long millis = head == null ? 0 : head.most.toMillis();
        ScheduledFuture<?> end = loop.schedule(() -> channel.close(), millis, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object discarded) {
        ReferenceCountUtil.release(discarded);
    }
}
