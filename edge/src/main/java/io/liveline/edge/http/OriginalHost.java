package io.liveline.edge.http;

import java.util.Map;

import jakarta.inject.Singleton;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingOptions;
import io.vertx.core.tracing.TracingPolicy;

/**
 * {@code Host} header that a client sent. Behind a proxy that sets {@code X-Forwarded-Proto} but no {@code
 * X-Forwarded-Port}, Quarkus removes the port from that header before any filter or route sees the request. Tracing is
 * the only part of Vert.x that gets the request earlier, so this is a tracer.
 */
@Singleton
public final class OriginalHost implements VertxOptionsCustomizer {

    private static final Object KEY = OriginalHost.class;

    @Override
    public void accept(VertxOptions options) {
        options.setTracingOptions(new TracingOptions().setFactory(ignored -> new Tracer()));
    }

    /** Returns the host and port that the client of the current request sent; null if it sent none. */
    public static HostAndPort of(HttpServerRequest request) {
        Context context = Vertx.currentContext();
        HostAndPort original = context == null ? null : context.getLocal(KEY);
        return original == null ? request.authority() : original;
    }

    private static final class Tracer implements VertxTracer<Void, Void> {

        @Override
        public <R> Void receiveRequest(
                Context context,
                SpanKind kind,
                TracingPolicy policy,
                R request,
                String operation,
                Iterable<Map.Entry<String, String>> headers,
                TagExtractor<R> tagExtractor) {
            // Only requests with an origin need the host, so polls, which have none, pay nothing here.
            if (request instanceof HttpServerRequest http && http.headers().contains(HttpHeaders.ORIGIN)) {
                HostAndPort host = http.authority();
                if (host != null) {
                    context.putLocal(KEY, host);
                }
            }
            return null;
        }
    }
}
