package io.liveline.edge.longlived;

import io.liveline.edge.connection.LingeringClose;
import io.liveline.edge.connection.RequestHeadTimeoutHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import org.jboss.logging.Logger;

/**
 * Fast path of one connection, before the decoder of Vert.x. A poll is recognized if it was parsed from one read of its
 * own bytes and nothing else, it has no body, and nothing was read until its reply. Then the decoder holds no bytes and
 * expects none, no other request is being answered, and the bytes are not part of another. Confined to its event loop.
 */
final class PollFastPathHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PollFastPathHandler.class);
    private static final String VERTX_DECODER = "httpDecoder";
    // Maximum number of polls in a row that differ from the one before: a proxy mixes clients, or numbers requests.
    private static final int MAX_MISSES = 8;

    private final PollFastPath fastPath;
    private final RequestHeadTimeoutHandler head;
    private final IdleStateHandler idle;
    private final ChannelHandlerContext context;
    // Bytes that Vert.x is parsing at this moment, and the poll that they contained.
    private ByteBuf parsing;
    private RecognizedPoll poll;
    private int misses;
    // Reply to the recognized poll that waits, and the bytes that arrived after it.
    private FastReply waiting;
    private ByteBuf next;

    private PollFastPathHandler(PollFastPath fastPath, Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        this.fastPath = fastPath;
        this.head = RequestHeadTimeoutHandler.of(channel);
        this.idle = pipeline.get(IdleStateHandler.class);
        this.context = pipeline.addBefore(VERTX_DECODER, null, this).context(this);
    }

    /** Returns the handler of a connection, which it adds, or null over HTTP/2 and where a timeout is missing. */
    static PollFastPathHandler of(Channel channel, PollFastPath fastPath) {
        ChannelPipeline pipeline = channel.pipeline();
        PollFastPathHandler handler = pipeline.get(PollFastPathHandler.class);
        boolean isPossible = pipeline.get(VERTX_DECODER) != null && pipeline.get(IdleStateHandler.class) != null;
        boolean isNew = handler == null && isPossible && RequestHeadTimeoutHandler.of(channel) != null;
        return isNew ? new PollFastPathHandler(fastPath, channel) : handler;
    }

    /** Returns whether Vert.x is parsing a request that may be remembered. */
    boolean isParsing() {
        return parsing != null && misses < MAX_MISSES;
    }

    /** Remembers a poll, unless it is null or its bytes are not exactly those that were read. */
    void remember(RecognizedPoll parsed) {
        if (parsed != null && parsed.bytes().equals(parsing) && fastPath.reserve(parsed.size())) {
            poll = parsed;
            misses++;
        }
    }

    private void forget() {
        if (poll != null) {
            fastPath.reserve(-poll.size());
            poll = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        String position = poll != null && head.isAwaited() ? poll.position(bytes) : null;
        if (waiting != null) {
            // Reading stops. As a consequence, the end of the connection may be noticed only with the reply.
            next = next == null ? bytes : Unpooled.wrappedBuffer(next, bytes);
            ctx.channel().config().setAutoRead(false);
        } else if (position != null && answer(position)) {
            bytes.release();
        } else {
            forget();
            // The decoder releases its own reference before the request is handled.
            parsing = bytes.retainedDuplicate();
            ctx.fireChannelRead(bytes);
            parsing.release();
            parsing = null;
        }
    }

    private boolean answer(String position) {
        misses = 0;
        head.complete();
        idle.resetReadTimeout();
        FastReply reply = new FastReply();
        waiting = reply;
        try {
            fastPath.admit(poll);
            poll.request().answer(position, reply);
        } catch (RuntimeException failure) {
            if (waiting == reply) {
                // The route rejects it, and logs a fault.
                waiting = null;
                return false;
            }
            LOG.error("A poll failed after its reply", failure);
        }
        return true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        FastReply unanswered = waiting;
        waiting = null;
        ctx.fireChannelInactive();
        ReferenceCountUtil.release(next);
        if (unanswered != null) {
            fastPath.count(poll, PollFastPath.RESET, unanswered.startNanos);
            unanswered.gone();
        }
        forget();
    }

    /** Reply to a recognized poll, while it waits. */
    private final class FastReply extends PollReply {

        private final long startNanos = System.nanoTime();

        FastReply() {
            super(context.channel().eventLoop());
        }

        @Override
        boolean isOpen() {
            return waiting == this;
        }

        @Override
        void send(Content content) {
            waiting = null;
            fastPath.count(poll, content.status(), startNanos);
            boolean isLast = poll.request().isLast();
            context.writeAndFlush(poll.encode(content, isLast, context.alloc()), context.voidPromise());
            head.next();
            idle.resetReadTimeout();
            if (isLast) {
                LingeringClose.close(context.channel());
            } else if (next != null) {
                ByteBuf read = next;
                next = null;
                context.channel().config().setAutoRead(true);
                channelRead(context, read);
                context.fireChannelReadComplete();
            }
        }
    }
}
