package io.liveline.edge.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Closes a connection whose next request takes too long to say what it is: from the opening on, so with any TLS
 * handshake, and later from the first byte of each head. Confined to the connection's event loop.
 */
public final class RequestHeadTimeoutHandler extends ChannelInboundHandlerAdapter {

    private static final AttributeKey<RequestHeadTimeoutHandler> KEY = AttributeKey.valueOf("liveline.head");

    private final Duration most;
    private final Counter closed;
    // A request may be answered by another thread.
    private volatile boolean awaited = true;
    private boolean completed;
    private ScheduledFuture<?> deadline;

    RequestHeadTimeoutHandler(Duration most, Counter closed) {
        this.most = most;
        this.closed = closed;
    }

    /** That of a connection; null when it has none. */
    public static RequestHeadTimeoutHandler of(Channel channel) {
        return channel.attr(KEY).get();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().attr(KEY).set(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        boolean begins = awaited;
        completed = false;
        ctx.fireChannelRead(bytes);
        // Most heads come whole in one read, and need no timer.
        if (begins && !completed && deadline == null) {
            begin(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        complete();
        ctx.fireChannelInactive();
    }

    /** How long a head may take. */
    Duration most() {
        return most;
    }

    /** The head is there. */
    public void complete() {
        awaited = false;
        completed = true;
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** The request is answered: what comes next is the head of another. */
    public void next() {
        awaited = true;
    }

    private void begin(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            closed.increment();
                            ctx.close();
                        },
                        most.toMillis(),
                        TimeUnit.MILLISECONDS);
    }
}
