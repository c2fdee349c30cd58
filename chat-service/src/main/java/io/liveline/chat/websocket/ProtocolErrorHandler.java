package io.liveline.chat.websocket;

import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.util.ReferenceCountUtil;

/**
 * Handler of WebSocket protocol errors. It closes the connection with the code of the error (RFC 6455, section 7.4.1):
 * 1002 for an invalid frame, 1007 for text that is not UTF-8, 1009 for a message that is too long. Vert.x would cut
 * such a connection without a code, or wait forever.
 */
final class ProtocolErrorHandler extends ChannelInboundHandlerAdapter {

    /** Time that the client has to read the close frame before its connection is cut. */
    private static final long LINGER_SECONDS = 2;

    /** Last valid close code (RFC 6455, section 7.4.2); Netty accepts all codes above 3000. */
    private static final int LAST_CODE = 4999;

    private final Runnable onError;
    private boolean broken;

    private ProtocolErrorHandler(Runnable onError) {
        this.onError = onError;
    }

    /**
     * Installs the checks of frames before they reach a handler.
     *
     * @param maxBytes maximum size of a message
     * @param onError called once, at the first error
     */
    static void watch(ChannelHandlerContext next, int maxBytes, Runnable onError) {
        next.pipeline()
                .addBefore(next.name(), "liveline-utf8", new Utf8FrameValidator(false))
                .addBefore(next.name(), "liveline-messages", new WebSocketFrameAggregator(maxBytes))
                .addBefore(next.name(), "liveline-errors", new ProtocolErrorHandler(onError));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof CloseWebSocketFrame close && close.statusCode() > LAST_CODE) {
            close.release();
            exceptionCaught(context, new CorruptedWebSocketFrameException());
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        WebSocketCloseStatus why = status(cause);
        if (why == null) {
            context.fireExceptionCaught(cause);
        } else if (!broken) {
            broken = true;
            onError.run();
            context.writeAndFlush(new CloseWebSocketFrame(why)).addListener(written -> {
                // Closing with unread bytes would reset the connection, and the client would lose the code.
                if (context.channel() instanceof DuplexChannel channel) {
                    channel.shutdownOutput();
                }
            });
            context.channel().eventLoop().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static WebSocketCloseStatus status(Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            return corrupted.closeStatus();
        }
        return cause instanceof TooLongFrameException ? WebSocketCloseStatus.MESSAGE_TOO_BIG : null;
    }
}
