package io.liveline.bench.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * One connection to the server: takes what comes as plain bytes, and keeps only what is not yet a whole piece. Confined
 * to the generator's one event loop, so that all links share the room for reading.
 */
public abstract class Connection extends ChannelInboundHandlerAdapter {

    static final byte[] END_OF_HEAD = ByteScanner.ascii("\r\n\r\n");

    private static final int STATUS = "HTTP/1.1 ".length();
    private static final byte[] NOTHING = new byte[0];
    private static byte[] shared = new byte[1 << 20];

    public Channel channel;
    private byte[] rest = NOTHING;

    /**
     * Takes whole pieces.
     *
     * @return the index behind the last whole piece; the bytes from there on come again, with more behind them
     */
    public abstract int take(byte[] bytes, int from, int to);

    /** The server closed the connection. */
    public abstract void lost();

    /** Connected: what to say first. */
    public abstract void connected();

    /** Sends what has only ASCII in it, such as a request. */
    public void say(String ascii) {
        ByteBuf out = channel.alloc().buffer(ascii.length());
        out.writeCharSequence(ascii, StandardCharsets.US_ASCII);
        channel.writeAndFlush(out);
    }

    /** The status of an answer whose head begins here. */
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
        // A reset shows as a lost connection, which is counted; what the server refused is told.
        if (!(cause instanceof IOException)) {
            System.err.println(cause);
        }
        context.close();
    }
}
