package io.liveline.chat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * What is said on a WebSocket: it goes straight out as long as the connection takes it; beyond that a bounded number of
 * bytes is held. Confined to the connection's event loop.
 */
final class Outbox {

    private final Channel channel;
    private final int maxBytes;
    private final Deque<byte[]> held = new ArrayDeque<>();
    private int bytes;
    private long blockedSinceNanos;

    Outbox(Channel channel, int maxBytes) {
        this.channel = channel;
        this.maxBytes = maxBytes;
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
        channel.writeAndFlush(frame, channel.voidPromise());
    }

    /**
     * Says something in its turn.
     *
     * @return false when more is held now than may be
     */
    boolean say(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        if (isReady()) {
            write(TextFrames.of(text, channel.alloc()));
            return true;
        }
        held.add(text);
        bytes += text.length;
        return bytes <= maxBytes;
    }

    /** The connection began or ceased to take bytes; what is held goes out as far as it takes it. */
    void writabilityChanged() {
        if (!channel.isWritable()) {
            blockedSinceNanos = System.nanoTime();
        }
        while (!held.isEmpty() && channel.isWritable()) {
            byte[] text = held.poll();
            bytes -= text.length;
            write(TextFrames.of(text, channel.alloc()));
        }
    }

    /** Whether the connection has taken nothing for that long, though something waits for it. */
    boolean isStuck(long nowNanos, long patienceNanos) {
        return !channel.isWritable() && nowNanos - blockedSinceNanos > patienceNanos;
    }

    void clear() {
        held.clear();
    }
}
