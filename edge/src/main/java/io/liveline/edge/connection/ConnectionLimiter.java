package io.liveline.edge.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.inject.Singleton;

import io.liveline.bus.support.MeterFactory;
import io.liveline.edge.EdgeConfig;
import io.micrometer.core.instrument.Counter;
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
import io.vertx.ext.web.RoutingContext;

/**
 * Limit on connections, and closing of those whose requests do not end: a client that sends a head or a body byte by
 * byte (slow-loris) would otherwise hold one for ever. Neither Quarkus nor Vert.x has such a limit, and every byte
 * restarts their idle timeout.
 */
@Singleton
public final class ConnectionLimiter {

    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf("liveline.watched");
    private static final String SLOW = "Connections closed because a request took too long to arrive";

    private final int most;
    private final Duration forHead;
    private final Duration forBody;
    private final AtomicInteger open = new AtomicInteger();
    private final BareResponseCompleter bareResponses;
    private final Counter refused;
    private final Counter slowHeads;
    private final Counter slowBodies;

    ConnectionLimiter(EdgeConfig config, BareResponseCompleter bareResponses, MeterRegistry registry) {
        this.bareResponses = bareResponses;
        this.most = config.maxConnections();
        this.forHead = config.headTimeout();
        this.forBody = config.bodyTimeout();
        MeterFactory meters = new MeterFactory(registry, "liveline.edge.");
        this.slowHeads = meters.counter("slow.closed", SLOW, "of", "head");
        this.slowBodies = meters.counter("slow.closed", SLOW, "of", "body");
        this.refused = meters.counter("connections.refused", "Connections closed at once because of the limit");
        meters.gauge("connections", "Open connections", open::get);
    }

    /** Watches a request whose head is complete. */
    public void watch(RoutingContext context) {
        HttpServerRequest request = context.request();
        Channel channel = VertxInternals.channel(request.connection());
        if (channel == null) {
            return;
        }
        RequestHeadTimeoutHandler head = RequestHeadTimeoutHandler.of(channel);
        if (head != null) {
            head.complete();
            if (request.version() != HttpVersion.HTTP_2) {
                context.addBodyEndHandler(answered -> head.next());
            }
        } else if (channel.parent() != null) {
            watchAll(channel.parent());
            bareResponses.watchLate(channel.pipeline());
        }
        if (!request.isEnded() && hasBody(request)) {
            watchBody(context, request.connection(), channel);
        }
    }

    /**
     * Watches every connection that is opened from now on. Quarkus gives no access to the listening channel, so it is
     * taken from the first request.
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
            // It is not registered with an event loop yet.
            accepted.unsafe().closeForcibly();
            return false;
        }
        accepted.closeFuture().addListener(closed -> open.decrementAndGet());
        bareResponses.watch(accepted.pipeline());
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

    /** Returns whether a body follows the head. */
    public static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0"))
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (request.version() == HttpVersion.HTTP_2 && !request.isEnded() && !isReading(request));
    }

    /**
     * Over HTTP/2, the end of a request that ended with its head is reported only when the request is read further,
     * which does not happen for a held poll or a stream.
     */
    private static boolean isReading(HttpServerRequest request) {
        return request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    }
}
