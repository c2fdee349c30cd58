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
 * Completes answers over HTTP/1.1 that Netty, Vert.x and Quarkus give without asking the router, such as 414 and 431:
 * they get the headers that every answer has, and a problem as their body. Vert.x has a handler for them, but Quarkus
 * does not let one set it. A connection that was opened before the first good request came in is watched from its own
 * first good one on.
 */
@Singleton
@Sharable
public final class BareResponseCompleter extends ChannelOutboundHandlerAdapter {

    // What Vert.x calls its own handler.
    private static final String ENCODER = "httpEncoder";

    private final CommonHeaders common;
    private final Place place = new Place();

    BareResponseCompleter(CommonHeaders common) {
        this.common = common;
    }

    /** Watches a connection that was accepted, and says nothing yet. */
    void watch(ChannelPipeline accepted) {
        accepted.addFirst(place);
    }

    /** Watches a connection on which HTTP is spoken already. */
    void watchLate(ChannelPipeline pipeline) {
        if (pipeline.get(ENCODER) != null && pipeline.get(BareResponseCompleter.class) == null) {
            pipeline.addAfter(ENCODER, null, this);
        }
    }

    /** Takes it away from a connection that carries no requests any more. */
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
        context.write(isEmptyRefusal(message) ? told((FullHttpResponse) message) : message, promise);
    }

    /** Vert.x gives the length of what has none, but for answers to HEAD. */
    private static boolean isEmptyRefusal(Object message) {
        return message instanceof FullHttpResponse response
                && response.status().code() >= 400
                && "0".equals(response.headers().get(HttpHeaderNames.CONTENT_LENGTH));
    }

    private static FullHttpResponse told(FullHttpResponse empty) {
        ProblemException problem =
                ProblemResponses.of(HttpResponseStatus.valueOf(empty.status().code()));
        ProblemResponses.count(problem);
        HttpHeaders headers = empty.headers();
        ProblemResponses.headers(problem).forEach(headers::set);
        ByteBuf body = Unpooled.wrappedBuffer(ProblemResponses.json(problem).getBytes(StandardCharsets.UTF_8));
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        FullHttpResponse told = new DefaultFullHttpResponse(
                empty.protocolVersion(), empty.status(), body, headers, empty.trailingHeaders());
        empty.release();
        return told;
    }

    /**
     * Finds the place for it: behind Vert.x' encoder, which comes when the first bytes show what is spoken. Until then
     * it goes to the end of the pipeline, and so behind what is there to find that out.
     */
    @Sharable
    private final class Place extends ChannelInboundHandlerAdapter {

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
