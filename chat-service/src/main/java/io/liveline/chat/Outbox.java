package io.liveline.chat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;

/**
 * What is said on a WebSocket: it goes straight out as long as the connection takes it; beyond that a bounded number of
 * bytes is held. Confined to the connection's event loop.
 *
 * <p>It is the first handler of the connection, or the one behind TLS. It hears of writability there, which Vert.x' own
 * handler keeps to itself; and whole frames, which nobody has to see any more, need not pass by all the others.
 */
final class Outbox extends ChannelInboundHandlerAdapter {

    private final Channel channel;
    private final int maxBytes;
    private final Runnable turned;
    private ChannelHandlerContext context;
    private boolean flushing;
    private final Deque<byte[]> held = new ArrayDeque<>();
    private int bytes;
    private long blockedSinceNanos;

    private Outbox(Channel channel, int maxBytes, Runnable turned) {
        this.channel = channel;
        this.maxBytes = maxBytes;
        this.turned = turned;
    }

    /**
     * @param maxBytes how many are held
     * @param turned called each time when the connection began or ceased to take bytes
     */
    static Outbox open(Channel channel, int maxBytes, Runnable turned) {
        Outbox outbox = new Outbox(channel, maxBytes, turned);
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext tls = pipeline.context(SslHandler.class);
        if (tls == null) {
            pipeline.addFirst(outbox);
        } else {
            pipeline.addAfter(tls.name(), null, outbox);
        }
        return outbox;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** Whether the connection takes more, and everything said before is on its way. */
    boolean isReady() {
        return held.isEmpty() && channel.isWritable();
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Writes a whole WebSocket frame, whose one reference is given up; only when {@link #isReady}. */
    void write(ByteBuf frame) {
        context.writeAndFlush(frame, channel.voidPromise());
    }

    /**
     * Says something in its turn.
     *
     * @return false when more is held now than may be
     */
    boolean say(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        if (isReady()) {
            context.write(TextFrames.of(text, channel.alloc()), channel.voidPromise());
            flushSoon();
            return true;
        }
        held.add(text);
        bytes += text.length;
        return bytes <= maxBytes;
    }

    /** At the end of this turn of the loop: the answers to many posts that came together go out together. */
    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            channel.eventLoop().execute(() -> {
                flushing = false;
                context.flush();
            });
        }
    }

    /** The connection began or ceased to take bytes; what is held goes out as far as it takes it. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        if (!channel.isWritable()) {
            blockedSinceNanos = System.nanoTime();
        }
        while (!held.isEmpty() && channel.isWritable()) {
            byte[] text = held.poll();
            bytes -= text.length;
            write(TextFrames.of(text, channel.alloc()));
        }
        turned.run();
        context.fireChannelWritabilityChanged();
    }

    /** Whether the connection has taken nothing for that long, though something waits for it. */
    boolean isStuck(long nowNanos, long patienceNanos) {
        return !channel.isWritable() && nowNanos - blockedSinceNanos > patienceNanos;
    }

    void clear() {
        held.clear();
    }
}
