package io.liveline.chat.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

import io.liveline.chat.replica.UnsentBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * What is written on a WebSocket. Frames go straight to the socket as long as the connection takes them; of a frame
 * that it takes in part the rest waits, and what is said until that is gone is held: whoever says it keeps that
 * bounded. Confined to the connection's event loop.
 *
 * <p>It is the first handler of the connection, or the one behind TLS. It hears of writability there, which Vert.x' own
 * handler keeps to itself; and whole frames, which nobody has to see any more, need not pass by all the others.
 */
final class Outbox extends ChannelDuplexHandler {

    private final Channel channel;
    private final int maxBytes;
    private final UnsentBudget backlog;
    private final UnsentBudget.Waiting connection;
    private final Runnable turned;
    // Null where bytes have to go through Netty: behind TLS, or where it has no native transport.
    private final Socket socket;
    private ChannelHandlerContext context;
    // As the channel tells: to ask it before each write would be to look at five objects that nothing else needs.
    private boolean writable;
    // Writes of others, Vert.x' pings and pongs and what came before, that are not done.
    private int others;
    private final Deque<byte[]> held = new ArrayDeque<>(1);
    private int bytes;
    private boolean drainsSoon;
    private int unfinished;
    private long blockedSinceNanos;

    private Outbox(
            Channel channel,
            boolean plain,
            int maxBytes,
            UnsentBudget backlog,
            UnsentBudget.Waiting connection,
            Runnable turned) {
        this.channel = channel;
        this.maxBytes = maxBytes;
        this.backlog = backlog;
        this.connection = connection;
        this.turned = turned;
        this.socket = plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket its ? its : null;
    }

    /**
     * @param maxBytes how many are put together before they are written
     * @param connection what is given up when too much is held in all
     * @param turned called each time when the connection began or ceased to take bytes
     */
    static Outbox open(
            Channel channel, int maxBytes, UnsentBudget backlog, UnsentBudget.Waiting connection, Runnable turned) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext tls = pipeline.context(SslHandler.class);
        Outbox outbox = new Outbox(channel, tls == null, maxBytes, backlog, connection, turned);
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
        writable = channel.isWritable();
        // Done when all that was written before is: the handshake, an answer before it.
        write(added, Unpooled.EMPTY_BUFFER, added.newPromise());
        added.flush();
    }

    /** Whether the connection is open and has taken everything written before. */
    boolean isReady() {
        return unfinished == 0 && writable && (socket == null || socket.isOpen());
    }

    /** Writes whole WebSocket frames, whose bytes are left as they are; only when {@link #isReady}. */
    void write(ByteBuf frames) {
        drain();
        transmit(frames);
    }

    /**
     * Says something in its turn: at the end of this turn of the loop at the latest, so that the answers to many posts
     * that came together go out together; before, when that is much. While the connection takes nothing, it is held.
     */
    void say(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        held.add(text);
        bytes += text.length;
        if (bytes >= maxBytes) {
            drain();
        } else if (!drainsSoon) {
            drainsSoon = true;
            channel.eventLoop().execute(() -> {
                drainsSoon = false;
                drain();
            });
        }
    }

    /** Writes what is held, if the connection takes it. */
    private void drain() {
        if (bytes == 0 || !isReady()) {
            return;
        }
        ByteBuf frames = channel.alloc().directBuffer(bytes + held.size() * TextFraming.MAX_HEADER);
        held.forEach(text -> TextFraming.put(text, frames));
        clear();
        transmit(frames);
        frames.release();
    }

    private void transmit(ByteBuf frames) {
        int size = frames.readableBytes();
        int taken = send(frames);
        if (taken == size) {
            return;
        }
        int rest = size - taken;
        ChannelFuture written = context.writeAndFlush(frames.retainedSlice(frames.readerIndex() + taken, rest));
        if (!written.isDone()) {
            if (unfinished++ == 0) {
                blocked();
            }
            written.addListener(done -> finished());
            backlog.add(connection, rest);
        }
    }

    /**
     * Hands bytes to the socket itself. Netty's queue, which needs a buffer of its own for each member, is for what the
     * connection does not take.
     *
     * @return how many it took: none where there is no socket, or something waits already
     */
    private int send(ByteBuf frames) {
        // Once it is closed, its number may be that of another connection.
        if (socket == null || others > 0 || !socket.isOpen()) {
            return 0;
        }
        try {
            return socket.sendAddress(frames.memoryAddress(), frames.readerIndex(), frames.writerIndex());
        } catch (IOException broken) {
            // Netty meets it as well, and ends the connection.
            return 0;
        }
    }

    private void finished() {
        if (--unfinished == 0) {
            backlog.remove(connection);
            freed();
        }
    }

    /** What others write goes out in its turn, too. */
    @Override
    public void write(ChannelHandlerContext ignored, Object message, ChannelPromise promise) {
        others++;
        context.write(message, promise.unvoid()).addListener(done -> others--);
    }

    /** What others have written may not be taken either. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        writable = channel.isWritable();
        if (writable) {
            freed();
        } else {
            blocked();
        }
        context.fireChannelWritabilityChanged();
    }

    private void blocked() {
        blockedSinceNanos = System.nanoTime();
        turned.run();
    }

    private void freed() {
        drain();
        turned.run();
    }

    /** Whether the connection has not taken what waits for that long. */
    boolean isStuck(long nowNanos, long patienceNanos) {
        return !isReady() && nowNanos - blockedSinceNanos > patienceNanos;
    }

    /** Nothing more is said: what is held goes out now or never. */
    void close() {
        drain();
        clear();
    }

    private void clear() {
        held.clear();
        bytes = 0;
    }
}
