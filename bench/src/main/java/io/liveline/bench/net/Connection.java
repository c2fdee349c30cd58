package io.liveline.bench.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Connection to the server. It reads plain bytes, and keeps only an incomplete piece. Confined to the event loop of the
 * generator, so that all connections share one read buffer.
 */
public abstract class Connection extends ChannelInboundHandlerAdapter {

    static final byte[] END_OF_HEAD = ByteScanner.ascii("\r\n\r\n");

    private static final int STATUS = "HTTP/1.1 ".length();
    private static final byte[] NOTHING = new byte[0];
    private static byte[] shared = new byte[1 << 20];

    public Channel channel;
    private byte[] rest = NOTHING;

    /**
     * Consumes complete pieces.
     *
     * @return the index after the last complete piece; the bytes from there on are passed again with more after them
     */
    public abstract int take(byte[] bytes, int from, int to);

    /** Called when the server closed the connection. */
    public abstract void lost();

    /** Called when the connection is open, to send the first bytes. */
    public abstract void connected();

    /** Sends ASCII text, such as a request. */
    public void say(String ascii) {
        ByteBuf out = channel.alloc().buffer(ascii.length());
        out.writeCharSequence(ascii, StandardCharsets.US_ASCII);
        channel.writeAndFlush(out);
    }

    /** Returns the status of a response whose head begins here. */
    public static int status(byte[] bytes, int head) {
        return (int) ByteScanner.digits(bytes, head + STATUS, 3);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        connected();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        int length = rest.length + in.readableBytes();
        if (length > shared.length) {
            shared = new byte[length * 2];
        }
        System.arraycopy(rest, 0, shared, 0, rest.length);
        in.readBytes(shared, rest.length, in.readableBytes());
        in.release();
        int taken = take(shared, 0, length);
        rest = taken == length ? NOTHING : Arrays.copyOfRange(shared, taken, length);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset counts as a lost connection; any other failure is reported.
        if (!(cause instanceof IOException)) {
            System.err.println(cause);
        }
        context.close();
    }
}
