package io.liveline.edge.connection;

import java.nio.charset.StandardCharsets;

import jakarta.inject.Singleton;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * Completion of HTTP/1.1 responses that Netty, Vert.x and Quarkus send without the router, such as 414 and 431: adds
 * the headers of every response and a problem document as the body. Vert.x has a handler for these responses, but
 * Quarkus does not let an application set it. A connection that was opened before the first valid request arrived is
 * handled from its own first valid request on.
 */
@Singleton
@Sharable
public final class BareResponseCompleter extends ChannelOutboundHandlerAdapter {

    // Name of the handler of Vert.x.
    private static final String ENCODER = "httpEncoder";

    private final CommonHeaders common;
    private final Installer installer = new Installer();

    BareResponseCompleter(CommonHeaders common) {
        this.common = common;
    }

    /** Watches a connection that was just accepted and has sent nothing yet. */
    void watch(ChannelPipeline accepted) {
        accepted.addFirst(installer);
    }

    /** Watches a connection whose HTTP handlers are already installed. */
    void watchLate(ChannelPipeline pipeline) {
        if (pipeline.get(ENCODER) != null && pipeline.get(BareResponseCompleter.class) == null) {
            pipeline.addAfter(ENCODER, null, this);
        }
    }

    /** Removes the handler from a connection that carries no more requests. */
    public static void remove(ChannelPipeline pipeline) {
        if (pipeline.get(BareResponseCompleter.class) != null) {
            pipeline.remove(BareResponseCompleter.class);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean isBare = message instanceof HttpResponse response
                && response.status().code() >= 200
                && !response.headers().contains(HttpHeaderNames.DATE);
        if (isBare) {
            common.setOn(((HttpResponse) message).headers()::set);
        }
        context.write(isEmptyError(message) ? withProblem((FullHttpResponse) message) : message, promise);
    }

    /** Vert.x sets the length of an empty response, except in response to HEAD. */
    private static boolean isEmptyError(Object message) {
        return message instanceof FullHttpResponse response
                && response.status().code() >= 400
                && "0".equals(response.headers().get(HttpHeaderNames.CONTENT_LENGTH));
    }

    private static FullHttpResponse withProblem(FullHttpResponse empty) {
        ProblemException problem =
                ProblemResponses.of(HttpResponseStatus.valueOf(empty.status().code()));
        ProblemResponses.count(problem);
        HttpHeaders headers = empty.headers();
        ProblemResponses.headers(problem).forEach(headers::set);
        ByteBuf body = Unpooled.wrappedBuffer(ProblemResponses.json(problem).getBytes(StandardCharsets.UTF_8));
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        FullHttpResponse complete = new DefaultFullHttpResponse(
                empty.protocolVersion(), empty.status(), body, headers, empty.trailingHeaders());
        empty.release();
        return complete;
    }

    /**
     * Handler that installs the completer after the encoder of Vert.x, which is added when the first bytes show the
     * protocol. Until then it moves to the end of the pipeline, after the handlers that detect the protocol.
     */
    @Sharable
    private final class Installer extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.remove(this);
            if (pipeline.get(ENCODER) != null) {
                watchLate(pipeline);
            } else if (pipeline.get(Http2ConnectionHandler.class) == null) {
                pipeline.addLast(this);
            }
            context.fireChannelRead(bytes);
        }
    }
}
