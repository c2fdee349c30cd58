package io.liveline.edge;

import java.util.Date;
import java.util.function.BiConsumer;

import jakarta.inject.Singleton;

import io.netty.handler.codec.DateFormatter;
import io.vertx.core.http.HttpHeaders;

/**
 * Headers of every response: its date and the browser security headers. They are set before any filter can reject the
 * request. Code that responds without the router sets them too.
 */
@Singleton
public final class CommonHeaders {

    // Validated and hashed once, because every response has them.
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence REFERRER_POLICY = HttpHeaders.createOptimized("Referrer-Policy");
    private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
    private static final CharSequence CONTENT_SECURITY_POLICY = HttpHeaders.createOptimized("Content-Security-Policy");
    private static final CharSequence ORIGIN = HttpHeaders.createOptimized("Origin");

    /** {@code Date} header of one second. */
    private record Second(long number, CharSequence date) {}

    private static volatile Second latest = new Second(-1, "");

    private final CharSequence policy;

    CommonHeaders(EdgeConfig config) {
        this.policy = HttpHeaders.createOptimized("default-src 'self'; connect-src 'self'"
                + connections(config.services())
                + "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
                + String.join(" ", config.frameAncestors()));
    }

    /** Sets these headers. A response that is sent later must set {@code Date} again. */
    public void setOn(BiConsumer<CharSequence, CharSequence> headers) {
        headers.accept(HttpHeaders.DATE, date());
        headers.accept(CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.accept(REFERRER_POLICY, NO_REFERRER);
        headers.accept(CONTENT_SECURITY_POLICY, policy);
        // The CORS headers depend on the origin of the request, so caches must not share one response between origins.
        headers.accept(HttpHeaders.VARY, ORIGIN);
    }

    /** Returns the {@code Date} header for the current time. It is formatted once a second. */
    public static CharSequence date() {
        long second = System.currentTimeMillis() / 1000;
        Second cached = latest;
        if (cached.number != second) {
            cached = new Second(second, HttpHeaders.createOptimized(DateFormatter.format(new Date(second * 1000))));
            latest = cached;
        }
        return cached.date;
    }

    /** Returns the CSP sources of the other services, over HTTP and WebSocket. */
    private static String connections(EdgeConfig.Services services) {
        StringBuilder sources = new StringBuilder();
        services.chat()
                .ifPresent(
                        base -> sources.append(' ').append(base).append(" ws").append(base.substring(4)));
        services.dashboard().ifPresent(base -> sources.append(' ').append(base));
        services.presence().ifPresent(base -> sources.append(' ').append(base));
        return sources.toString();
    }
}
