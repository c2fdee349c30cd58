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
 * The short way of polls on a connection. Who polls asks the same again and again, but for the position; parsing that
 * anew, finding out who asks, and all else that is in front of a route took more than half of what an answered poll
 * cost. So a request that is byte by byte the one before, but for its position, means what that one meant, and is asked
 * and answered here. Everything else goes the long way, to Vert.x.
 *
 * <p>A poll is known when one read of its bytes, and of nothing else, led to it at once, it has no body, and nothing
 * was read until it was answered. Then the decoder behind holds nothing and awaits nothing, no other request is being
 * answered, and the bytes are no part of one.
 *
 * <p>Confined to the event loop of its connection.
 */
final class PollFastPathHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PollFastPathHandler.class);

    // What Vert.x calls its own handler.
    private static final String DECODER = "httpDecoder";

    // So many polls in a row that were none like the one before: a proxy mixes those of many clients, or numbers them.
    private static final int STRANGERS = 8;

    private final PollFastPath polls;
    private final RequestHeadTimeoutHandler deadline;
    private final IdleStateHandler idle;
    private ChannelHandlerContext context;
    // What goes the long way at this moment.
    private ByteBuf reading;
    // What it led to; known from its answer on.
    private RecognizedPoll poll;
    private int strangers;
    // Whether the end of a read has to be told behind; it begins while something is read.
    private boolean passedOn = true;
    // The known poll is asked, and not answered.
    private Turn turn;
    // What came behind it.
    private ByteBuf next;

    private PollFastPathHandler(PollFastPath polls, Channel channel) {
        this.polls = polls;
        this.deadline = RequestHeadTimeoutHandler.of(channel);
        this.idle = channel.pipeline().get(IdleStateHandler.class);
    }

    /** That of a connection, which gets one; null where there is no HTTP/1.1. */
    static PollFastPathHandler of(Channel channel, PollFastPath polls) {
        ChannelPipeline pipeline = channel.pipeline();
        PollFastPathHandler shortcut = pipeline.get(PollFastPathHandler.class);
        if (shortcut == null && pipeline.get(DECODER) != null) {
            shortcut = new PollFastPathHandler(polls, channel);
            pipeline.addBefore(DECODER, LongLivedResponse.POLL_FAST_PATH, shortcut);
        }
        return shortcut;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
        turn = null;
        if (next != null) {
            next.release();
            next = null;
        }
    }

    // -- the long way

    /** A poll begins that was parsed; null when it is not what is being read, all of that and nothing else. */
    RecognizedPoll begin(Supplier<RecognizedPoll> parsed) {
        if (reading == null || strangers == STRANGERS) {
            return null;
        }
        int size = reading.readableBytes();
        if (!polls.remember(size)) {
            return null;
        }
        poll = parsed.get();
        if (poll == null || !poll.isExactly(reading)) {
            polls.forget(size);
            poll = null;
        }
        return poll;
    }

    /**
     * It was answered; so it is known, if nothing came meanwhile.
     *
     * @see RecognizedPoll#answered
     */
    void learn(RecognizedPoll answered, MultiMap headers, Duration longest) {
        if (poll != answered) {
            return;
        }
        poll.answered(headers, longest, polls::shared);
        if (polls.remember(poll.answerSize())) {
            strangers++;
        } else {
            polls.forget(poll.requestSize());
            poll = null;
        }
    }

    private void goTheLongWay(ByteBuf bytes) {
        forget();
        passedOn = true;
        // The decoder gives its own back before the request is told of.
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
            polls.forget(poll.requestSize() + poll.answerSize());
            poll = null;
        }
    }

    // -- the short way

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        if (turn != null) {
            keep(bytes);
        } else if (poll != null && poll.isAnswered() && askAgain(bytes)) {
            bytes.release();
        } else {
            goTheLongWay(bytes);
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
        Turn unanswered = turn;
        turn = null;
        try {
            if (unanswered != null) {
                unanswered.gone.run();
            }
        } finally {
            ctx.fireChannelInactive();
        }
    }

    private boolean askAgain(ByteBuf bytes) {
        String position = poll.position(bytes);
        if (position == null || !polls.take(poll)) {
            return false;
        }
        strangers = 0;
        if (deadline != null) {
            deadline.complete();
        }
        notIdle();
        Turn asked = new Turn();
        turn = asked;
        try {
            poll.again().ask(position, asked);
            return true;
        } catch (RuntimeException refusal) {
            if (turn != asked) {
                LOG.error("Failed behind the answer", refusal);
                return true;
            }
            // It is refused, and a fault logged, on the long way.
            end();
            return false;
        }
    }

    /**
     * Something behind a poll that is yet to be answered: what was read of it is kept, and no more is read. With that,
     * the end of the connection may be noticed as late as the answer.
     */
    private void keep(ByteBuf bytes) {
        next = next == null ? bytes : Unpooled.wrappedBuffer(next, bytes);
        context.channel().config().setAutoRead(false);
    }

    private void end() {
        turn = null;
        if (deadline != null) {
            deadline.next();
        }
        notIdle();
    }

    private void notIdle() {
        if (idle != null) {
            idle.resetReadTimeout();
        }
    }

    /** Goes on with what came behind. */
    private void readOn() {
        if (next != null) {
            ByteBuf bytes = next;
            next = null;
            context.channel().config().setAutoRead(true);
            channelRead(context, bytes);
            channelReadComplete(context);
        }
    }

    /** Where a known poll is answered, while it is its turn. */
    private final class Turn implements PollReply {

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
            if (turn == this) {
                end(poll.bytes(answer, false, context.alloc()));
            }
        }

        @Override
        public void answerLast(Answer answer) {
            if (turn == this) {
                Channel channel = context.channel();
                context.writeAndFlush(poll.bytes(answer, true, context.alloc()), context.voidPromise());
                channel.pipeline().remove(PollFastPathHandler.this);
                LingeringClose.close(channel);
            }
        }

        @Override
        public void refuse(Throwable failure) {
            if (turn == this) {
                ProblemException problem = ProblemResponses.of(failure);
                ProblemResponses.count(problem);
                end(poll.bytes(problem));
            }
        }

        private void end(ByteBuf bytes) {
            context.writeAndFlush(bytes, context.voidPromise());
            PollFastPathHandler.this.end();
            readOn();
        }
    }
}
