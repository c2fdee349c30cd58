package io.liveline.edge.longlived.fastpath;

import java.time.Duration;
import java.util.function.Supplier;

import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.connection.LingeringClose;
import io.liveline.edge.connection.RequestHeadTimeoutHandler;
import io.liveline.edge.longlived.LongLivedResponse;
import io.liveline.edge.longlived.PollReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.MultiMap;
import org.jboss.logging.Logger;

/**
 * Fast path of the polls on a connection. A client sends the same poll again and again, with another position. Parsing
 * it, authenticating it and the other filters before the route took more than half of the cost of an answered poll. So
 * a request whose bytes equal those of the previous poll except for the position means the same, and is answered here.
 * Every other request goes to Vert.x.
 *
 * <p>A poll is recognized if it was parsed directly from one read of its own bytes and nothing else, it has no body,
 * and nothing was read until its reply. Then the decoder after this handler holds no bytes and expects none, no other
 * request is being answered, and the bytes are not part of another request.
 *
 * <p>Confined to the event loop of its connection.
 */
final class PollFastPathHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PollFastPathHandler.class);

    // Name of the decoder of Vert.x.
    private static final String DECODER = "httpDecoder";

    // Maximum number of polls in a row that differ from the one before: a proxy mixes polls of many clients, or numbers
    // them.
    private static final int MAX_MISSES = 8;

    private final PollFastPath polls;
    private final RequestHeadTimeoutHandler deadline;
    private final IdleStateHandler idle;
    private ChannelHandlerContext context;
    // Bytes that Vert.x is parsing at this moment.
    private ByteBuf reading;
    // Poll that they contained; recognized from its first reply on.
    private RecognizedPoll poll;
    private int misses;
    // Whether to pass on the end of a read; initially true, because the handler is added during a read.
    private boolean passedOn = true;
    // Reply to the recognized poll that waits.
    private FastReply waiting;
    // Bytes that arrived after it.
    private ByteBuf next;

    private PollFastPathHandler(PollFastPath polls, Channel channel) {
        this.polls = polls;
        this.deadline = RequestHeadTimeoutHandler.of(channel);
        this.idle = channel.pipeline().get(IdleStateHandler.class);
    }

    /**
     * Returns the handler of a connection, and adds it if necessary. Returns null if the connection is not HTTP/1.1.
     */
    static PollFastPathHandler of(Channel channel, PollFastPath polls) {
        ChannelPipeline pipeline = channel.pipeline();
        PollFastPathHandler handler = pipeline.get(PollFastPathHandler.class);
        if (handler == null && pipeline.get(DECODER) != null) {
            handler = new PollFastPathHandler(polls, channel);
            pipeline.addBefore(DECODER, LongLivedResponse.POLL_FAST_PATH, handler);
        }
        return handler;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
        waiting = null;
        if (next != null) {
            next.release();
            next = null;
        }
    }

    // -- parsed by Vert.x

    /** Returns the poll that was parsed, or null if it does not match the bytes of the current read exactly. */
    RecognizedPoll prepare(Supplier<RecognizedPoll> parsed) {
        if (reading == null || misses == MAX_MISSES) {
            return null;
        }
        int size = reading.readableBytes();
        if (!polls.reserve(size)) {
            return null;
        }
        poll = parsed.get();
        if (poll == null || !poll.isExactly(reading)) {
            polls.release(size);
            poll = null;
        }
        return poll;
    }

    /**
     * Recognizes a poll from its first reply on, if nothing arrived meanwhile.
     *
     * @see RecognizedPoll#answered
     */
    void learn(RecognizedPoll answered, MultiMap headers, Duration maxWait) {
        if (poll != answered) {
            return;
        }
        poll.answered(headers, maxWait, polls::shared);
        if (polls.reserve(poll.answerSize())) {
            misses++;
        } else {
            polls.release(poll.requestSize());
            poll = null;
        }
    }

    private void parse(ByteBuf bytes) {
        forget();
        passedOn = true;
        // The decoder releases its own reference before the request is handled.
        reading = bytes.retainedDuplicate();
        try {
            context.fireChannelRead(bytes);
        } finally {
            reading.release();
            reading = null;
        }
    }

    private void forget() {
        if (poll != null) {
            polls.release(poll.requestSize() + poll.answerSize());
            poll = null;
        }
    }

    // -- answered here

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        if (waiting != null) {
            keep(bytes);
        } else if (poll != null && poll.isAnswered() && answer(bytes)) {
            bytes.release();
        } else {
            parse(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (passedOn) {
            passedOn = false;
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        FastReply unanswered = waiting;
        waiting = null;
        try {
            if (unanswered != null) {
                unanswered.gone.run();
            }
        } finally {
            ctx.fireChannelInactive();
        }
    }

    private boolean answer(ByteBuf bytes) {
        String position = poll.position(bytes);
        if (position == null || !polls.take(poll)) {
            return false;
        }
        misses = 0;
        if (deadline != null) {
            deadline.complete();
        }
        resetIdleTimeout();
        FastReply reply = new FastReply();
        waiting = reply;
        try {
            poll.action().run(position, reply);
            return true;
        } catch (RuntimeException failure) {
            if (waiting != reply) {
                LOG.error("A poll failed after its reply", failure);
                return true;
            }
            // The route rejects it, and logs a fault.
            end();
            return false;
        }
    }

    /**
     * Keeps bytes that arrived after a poll that waits, and stops reading. As a consequence the end of the connection
     * may be noticed only with the reply.
     */
    private void keep(ByteBuf bytes) {
        next = next == null ? bytes : Unpooled.wrappedBuffer(next, bytes);
        context.channel().config().setAutoRead(false);
    }

    private void end() {
        waiting = null;
        if (deadline != null) {
            deadline.next();
        }
        resetIdleTimeout();
    }

    private void resetIdleTimeout() {
        if (idle != null) {
            idle.resetReadTimeout();
        }
    }

    /** Handles the bytes that arrived after the poll. */
    private void resumeReading() {
        if (next != null) {
            ByteBuf bytes = next;
            next = null;
            context.channel().config().setAutoRead(true);
            channelRead(context, bytes);
            channelReadComplete(context);
        }
    }

    /** Reply to a recognized poll, while it waits. */
    private final class FastReply implements PollReply {

        private Runnable gone = () -> {};

        @Override
        public EventLoop loop() {
            return context.channel().eventLoop();
        }

        @Override
        public void whenGone(Runnable then) {
            gone = then;
        }

        @Override
        public void answer(Answer answer) {
            if (waiting == this) {
                end(poll.bytes(answer, false, context.alloc()));
            }
        }

        @Override
        public void answerLast(Answer answer) {
            if (waiting == this) {
                Channel channel = context.channel();
                context.writeAndFlush(poll.bytes(answer, true, context.alloc()), context.voidPromise());
                channel.pipeline().remove(PollFastPathHandler.this);
                LingeringClose.close(channel);
            }
        }

        @Override
        public void refuse(Throwable failure) {
            if (waiting == this) {
                ProblemException problem = ProblemResponses.of(failure);
                ProblemResponses.count(problem);
                end(poll.bytes(problem));
            }
        }

        private void end(ByteBuf bytes) {
            context.writeAndFlush(bytes, context.voidPromise());
            PollFastPathHandler.this.end();
            resumeReading();
        }
    }
}
