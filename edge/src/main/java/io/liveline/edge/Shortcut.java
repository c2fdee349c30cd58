package io.liveline.edge;

import java.util.function.Supplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * The short way of polls on a connection. Who polls asks the same again and again, but for the position; parsing that anew,
 * finding out who asks, and all else that is in front of a route took two thirds of what an answered poll costs. So a request
 * that is byte by byte the one before, but for its position, means what that one meant, and is asked and answered here.
 * Everything else goes the long way, to Vert.x; and so does what cannot just be answered, to be refused there.
 *
 * <p>A poll is known when one read of its bytes, and of nothing else, led to it at once, and nothing was read until it was
 * answered. Then the decoder behind holds nothing, no other request is being answered, and the bytes are no part of one.
 *
 * <p>Confined to the event loop of its connection.
 */
final class Shortcut extends ChannelInboundHandlerAdapter implements Reply {

    // What Vert.x calls its own handler.
    private static final String DECODER = "httpDecoder";

    // So many polls in a row that were none like the one before: a proxy mixes those of many clients, or numbers them.
    private static final int STRANGERS = 8;

    private final KnownPolls polls;
    private final HeadDeadline deadline;
    private final IdleStateHandler idle;
    private ChannelHandlerContext context;
    // What goes the long way at this moment, and what it led to.
    private ByteBuf reading;
    private KnownPoll begun;
    private KnownPoll known;
    // Whether the end of a read has to be told behind; it begins while something is read.
    private boolean passedOn = true;
    // How many polls in a row were known in vain.
    private int strangers;
    // From where on the known poll is asked now, null when it is not.
    private String position;
    private Runnable gone;
    // What came behind it.
    private ByteBuf next;

    private Shortcut(KnownPolls polls, Channel channel) {
        this.polls = polls;
        this.deadline = HeadDeadline.of(channel);
        this.idle = channel.pipeline().get(IdleStateHandler.class);
    }

    /** That of a connection, which gets one; null where there is no HTTP/1.1. */
    static Shortcut of(Channel channel, KnownPolls polls) {
        ChannelPipeline pipeline = channel.pipeline();
        Shortcut shortcut = pipeline.get(Shortcut.class);
        if (shortcut == null && pipeline.get(DECODER) != null) {
            shortcut = new Shortcut(polls, channel);
            pipeline.addBefore(DECODER, null, shortcut);
        }
        return shortcut;
    }

    /** Takes it away from a connection that carries no requests any more. */
    static void remove(ChannelPipeline pipeline) {
        if (pipeline.get(Shortcut.class) != null) {
            pipeline.remove(Shortcut.class);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
        if (next != null) {
            next.release();
            next = null;
        }
    }

    // -- the long way

    /** A poll begins that was parsed; null when it is not what is being read, all of that and nothing else. */
    KnownPoll begin(Supplier<KnownPoll> parsed) {
        KnownPoll poll = reading == null || strangers == STRANGERS ? null : parsed.get();
        begun = poll != null && poll.isExactly(reading) ? poll : null;
        return begun;
    }

    /** It was answered. */
    void learn(KnownPoll poll) {
        if (poll == begun && polls.remember(poll.size())) {
            known = poll;
            strangers++;
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
        begun = null;
        if (known != null) {
            polls.forget(known.size());
            known = null;
        }
    }

    // -- the short way

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        if (position != null) {
            keep(bytes);
        } else if (known != null && askAgain(bytes)) {
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
        if (gone != null) {
            gone.run();
        }
        ctx.fireChannelInactive();
    }

    private boolean askAgain(ByteBuf bytes) {
        String from = known.position(bytes);
        if (from == null || !polls.take(known)) {
            return false;
        }
        position = from;
        strangers = 0;
        if (deadline != null) {
            deadline.complete();
        }
        if (idle != null) {
            idle.resetReadTimeout();
        }
        try {
            known.again().ask(from, this);
        } catch (RuntimeException refusal) {
            // It is refused, and a fault logged, on the long way.
            end();
            return false;
        }
        return true;
    }

    /** Something behind a poll that is yet to be answered: what was read of it is kept, and no more is read. */
    private void keep(ByteBuf bytes) {
        next = next == null ? bytes : Unpooled.wrappedBuffer(next, bytes);
        context.channel().config().setAutoRead(false);
    }

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
        context.writeAndFlush(known.bytes(answer, context.alloc()), context.voidPromise());
        end();
        readOn();
    }

    @Override
    public void answerLast(Answer answer) {
        askTheLongWay();
    }

    @Override
    public void refuse(Throwable failure) {
        askTheLongWay();
    }

    private void askTheLongWay() {
        ByteBuf request = known.at(position);
        end();
        goTheLongWay(request);
        if (next == null) {
            channelReadComplete(context);
        } else {
            readOn();
        }
    }

    private void end() {
        position = null;
        gone = null;
        if (deadline != null) {
            deadline.next();
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
}
