package io.liveline.edge;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Closes a connection on which an answer went out before the request had come in whole. Closed at once, with bytes unread,
 * it would be reset, and the client might lose the answer (RFC 9112, 9.6): so it is left for the client to close, and what
 * comes until then is thrown away unread, but not for long.
 */
final class Lingering extends ChannelInboundHandlerAdapter {

    private Lingering() {}

    /** @param most how long the client has */
    static void close(Channel channel, Duration most) {
        channel.eventLoop().execute(() -> {
            channel.pipeline().addFirst(new Lingering());
            channel.config().setAutoRead(true);
            ScheduledFuture<?> end =
                    channel.eventLoop().schedule(() -> channel.close(), most.toMillis(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> end.cancel(false));
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        ReferenceCountUtil.release(bytes);
    }
}
