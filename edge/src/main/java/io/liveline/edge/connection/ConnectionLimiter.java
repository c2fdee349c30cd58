package io.liveline.edge.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.inject.Singleton;

import io.liveline.edge.EdgeConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * Takes so many connections and no more, and closes those whose requests do not come to an end: whoever sends a head or
 * a body byte by byte (slow-loris) would hold one for ever. Neither Quarkus nor Vert.x has a limit for this; an idle
 * time is one byte away from never running out.
 */
@Singleton
public final class ConnectionLimiter {

    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf("liveline.watched");

    private final int most;
    private final Duration forHead;
    private final Duration forBody;
    private final AtomicInteger open = new AtomicInteger();
    private final BareResponseCompleter bareAnswers;
    private final Counter refused;
    private final Counter slowHeads;
    private final Counter slowBodies;

    ConnectionLimiter(EdgeConfig config, BareResponseCompleter bareAnswers, MeterRegistry registry) {
        this.bareAnswers = bareAnswers;
        this.most = config.maxConnections();
        this.forHead = config.headTimeout();
        this.forBody = config.bodyTimeout();
        this.slowHeads = slow("head", registry);
        this.slowBodies = slow("body", registry);
        this.refused = Counter.builder("liveline.edge.connections.refused")
                .description("Connections closed at once because there are too many")
                .register(registry);
        Gauge.builder("liveline.edge.connections", open::get)
                .description("Open connections")
                .register(registry);
    }

    /** A request whose head is complete. */
    public void watch(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!(request.connection() instanceof ConnectionBase connection)) {
            return;
        }
        Channel channel = connection.channel();
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(channel);
        if (head != null) {
            head.complete();
            if (request.version() != HttpVersion.HTTP_2) {
                context.addBodyEndHandler(answered -> head.next());
            }
        } else if (channel.parent() != null) {
            watchAll(channel.parent());
            bareAnswers.watchLate(channel.pipeline());
        }
        if (!request.isEnded() && hasBody(request)) {
            watchBody(context, request.connection(), channel);
        }
    }

    /**
     * Watches every connection that is opened from now on. There is no way to be given the listening channel; the first
     * request brings it.
     */
    private void watchAll(Channel listening) {
        if (listening.attr(WATCHED).setIfAbsent(true) != null) {
            return;
        }
        listening.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object accepted) {
                if (admit((Channel) accepted)) {
                    ctx.fireChannelRead(accepted);
                }
            }
        });
    }

    private boolean admit(Channel accepted) {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            refused.increment();
            // It belongs to no event loop yet.
            accepted.unsafe().closeForcibly();
            return false;
        }
        accepted.closeFuture().addListener(closed -> open.decrementAndGet());
        bareAnswers.watch(accepted.pipeline());
        accepted.pipeline().addFirst(new RequestHeadTimeoutHandler(forHead, slowHeads));
        return true;
    }

    private void watchBody(RoutingContext context, HttpConnection connection, Channel channel) {
        HttpServerRequest request = context.request();
        ScheduledFuture<?> deadline = channel.eventLoop()
                .schedule(
                        () -> {
                            if (!request.isEnded()) {
                                slowBodies.increment();
                                connection.close();
                            }
                        },
                        forBody.toMillis(),
                        TimeUnit.MILLISECONDS);
        context.addBodyEndHandler(answered -> deadline.cancel(false));
    }

    /** Whether anything comes behind the head. */
    public static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0"))
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (request.version() == HttpVersion.HTTP_2 && !request.isEnded() && !isAsking(request));
    }

    /**
     * That it ended with its head is told over HTTP/2 when it is read on, which a poll that is held or a stream is not.
     */
    private static boolean isAsking(HttpServerRequest request) {
        return request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    }

    private static Counter slow(String of, MeterRegistry registry) {
        return Counter.builder("liveline.edge.slow.closed")
                .description("Connections closed because a request took too long to come")
                .tag("of", of)
                .register(registry);
    }
}
