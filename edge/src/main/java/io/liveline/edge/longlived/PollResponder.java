package io.liveline.edge.longlived;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.connection.VertxInternals;
import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Responder of polls, which may wait for their answer. In its plain form, Vert.x parses and routes every poll. Behind
 * it is an optional layer, {@link PollFastPath}, which answers the repeated polls of a client with less work.
 */
@Singleton
public final class PollResponder {

    private final PollFastPath fastPath;

    @Inject
    PollResponder(PollFastPath fastPath) {
        this.fastPath = fastPath;
    }

    /** Creates a responder of the plain form. */
    public PollResponder() {
        this(null);
    }

    /**
     * Answers a poll, now or later. Its body needs no more reading, see {@link LongLivedResponse}.
     *
     * @param position position of the poll, as the client sent it; null if it sent none
     */
    public void respond(RoutingContext context, PollRequest request, String position) {
        if (fastPath != null && position != null) {
            fastPath.remember(context, request, position);
        }
        boolean isHead = context.request().method().equals(HttpMethod.HEAD);
        Channel channel = VertxInternals.channel(context.request().connection());
        HttpServerResponse response = new LongLivedResponse(context).response();
        request.answer(position, new PlainReply(request, response, isHead, channel));
    }

    /** Reply to a poll that Vert.x parsed. */
    private static final class PlainReply extends PollReply {

        private final PollRequest request;
        private final HttpServerResponse response;
        private final boolean isHead;
        private final Channel channel;

        PlainReply(PollRequest request, HttpServerResponse response, boolean isHead, Channel channel) {
            super(channel.eventLoop());
            this.request = request;
            this.response = response;
            this.isHead = isHead;
            this.channel = channel;
            response.closeHandler(closed -> gone());
        }

        @Override
        boolean isOpen() {
            return !response.ended() && !response.closed();
        }

        @Override
        void send(Content content) {
            response.setStatusCode(content.status()).putHeader(HttpHeaders.DATE, CommonHeaders.date());
            content.setHeaders(request.maxWait(), response::putHeader);
            if (request.isLast()) {
                LongLivedResponse.closeBehind(response, channel);
            }
            if (isHead || content.body() == null) {
                response.end();
            } else {
                // Retained, because it is a shared heap buffer that nobody releases.
                response.end(Buffer.buffer(content.body().retainedDuplicate()));
            }
        }
    }
}
