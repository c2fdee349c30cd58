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
 * Writer of a WebSocket. Frames go straight to the socket as long as it accepts them. The rest of a frame that was
 * accepted in part waits, and until it is written, further text is held; its callers bound the amount. Confined to the
 * connection's event loop.
 *
 * <p>It is the first handler of the pipeline, or the one after TLS. There it receives writability changes, which
 * Vert.x' own handler does not pass on, and complete frames need not pass through all other handlers.
 */
final class Outbox extends ChannelDuplexHandler {

    private final Channel channel;
    private final int maxBytes;
    private final UnsentBudget backlog;
    private final UnsentBudget.Waiting connection;
    private final Runnable writabilityChanged;
    // Null if bytes have to go through Netty: with TLS, or without a native transport.
    private final Socket socket;
    private ChannelHandlerContext context;
    // Copy of the channel's writability: reading it before each write would touch five objects that nothing else needs.
    private boolean writable;
    // Unfinished writes of others: Vert.x' pings and pongs, and earlier responses.
    private int foreignWrites;
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
            Runnable writabilityChanged) {
        this.channel = channel;
        this.maxBytes = maxBytes;
        this.backlog = backlog;
        this.connection = connection;
        this.writabilityChanged = writabilityChanged;
        this.socket = plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket its ? its : null;
    }

    /**
     * Installs an outbox in the pipeline of a channel.
     *
     * @param maxBytes number of bytes that are collected before they are written
     * @param connection connection that is closed if too many bytes are held in total
     * @param writabilityChanged called each time when the connection became ready, or ceased to be
     */
    static Outbox open(
            Channel channel,
            int maxBytes,
            UnsentBudget backlog,
            UnsentBudget.Waiting connection,
            Runnable writabilityChanged) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext tls = pipeline.context(SslHandler.class);
        Outbox outbox = new Outbox(channel, tls == null, maxBytes, backlog, connection, writabilityChanged);
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
        // Completes when everything written before is done: the handshake, and a response before it.
        write(added, Unpooled.EMPTY_BUFFER, added.newPromise());
        added.flush();
    }

    /** Returns whether the connection is open and has accepted everything written before. */
    boolean isReady() {
        return unfinished == 0 && writable && (socket == null || socket.isOpen());
    }

    /** Writes whole WebSocket frames, whose buffer is not modified. Called only when {@link #isReady}. */
    void write(ByteBuf frames) {
        drain();
        transmit(frames);
    }

    /**
     * Sends a text in order: at the end of the current task of the loop at the latest, so that the answers to many
     * posts that arrived together are written together; earlier if it is much. While the connection is not ready, the
     * text is held.
     */
    void send(String json) {
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

    /** Writes the held texts, if the connection is ready. */
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
     * Writes bytes to the socket directly. Netty's queue, which needs a buffer for each member, is only used for bytes
     * that the socket does not accept.
     *
     * @return the number of bytes that it accepted: 0 if there is no socket, or something is waiting already
     */
    private int send(ByteBuf frames) {
        // Once it is closed, its file descriptor may belong to another connection.
        if (socket == null || foreignWrites > 0 || !socket.isOpen()) {
            return 0;
        }
        try {
            return socket.sendAddress(frames.memoryAddress(), frames.readerIndex(), frames.writerIndex());
        } catch (IOException broken) {
            // Netty meets the same error, and closes the connection.
            return 0;
        }
    }

    private void finished() {
        if (--unfinished == 0) {
            backlog.remove(connection);
            unblocked();
        }
    }

    /** Counts the writes of others, which are sent in order. */
    @Override
    public void write(ChannelHandlerContext ignored, Object message, ChannelPromise promise) {
        foreignWrites++;
        context.write(message, promise.unvoid()).addListener(done -> foreignWrites--);
    }

    /** Handles writability changes, which writes of others may cause as well. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        writable = channel.isWritable();
        if (writable) {
            unblocked();
        } else {
            blocked();
        }
        context.fireChannelWritabilityChanged();
    }

    private void blocked() {
        blockedSinceNanos = System.nanoTime();
        writabilityChanged.run();
    }

    private void unblocked() {
        drain();
        writabilityChanged.run();
    }

    /** Returns whether the connection has not accepted the waiting bytes for that long. */
    boolean isStuck(long nowNanos, long patienceNanos) {
        return !isReady() && nowNanos - blockedSinceNanos > patienceNanos;
    }

    /** Stops sending. Held texts are written if the connection is ready, and discarded otherwise. */
    void close() {
        drain();
        clear();
    }

    private void clear() {
        held.clear();
        bytes = 0;
    }
}
