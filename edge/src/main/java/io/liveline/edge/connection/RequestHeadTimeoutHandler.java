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
 * Timeout of request heads: closes a connection whose next head takes too long. The time runs from the opening of the
 * connection, including any TLS handshake, and later from the first byte of each head. Confined to the event loop of
 * the connection.
 */
public final class RequestHeadTimeoutHandler extends ChannelInboundHandlerAdapter {

    private static final AttributeKey<RequestHeadTimeoutHandler> KEY = AttributeKey.valueOf("liveline.head");

    /** Maximum time for a head. */
    final Duration most;

    private final Counter closed;
    // Volatile because another thread may answer a request.
    private volatile boolean awaited = true;
    private boolean completed;
    private ScheduledFuture<?> deadline;

    RequestHeadTimeoutHandler(Duration most, Counter closed) {
        this.most = most;
        this.closed = closed;
    }

    /** Returns the handler of a connection, or null if it has none. */
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
        // Most heads arrive whole in one read and need no timer.
        if (begins && !completed && deadline == null) {
            begin(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        complete();
        ctx.fireChannelInactive();
    }

    /** Returns whether the next head is expected, because all requests were answered. */
    public boolean isAwaited() {
        return awaited;
    }

    /** Ends the timeout: the head is complete. */
    public void complete() {
        awaited = false;
        completed = true;
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** Expects the next head: the request is answered. */
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
