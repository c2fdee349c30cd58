package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** Headers that tell browsers to trust a page of ours no further than it needs. */
@Singleton
final class BrowserHeaders {

    // Also before that of CORS, which has 300.
    private static final int BEFORE_ANY_REFUSAL = 400;

    // Known to be ASCII and hashed once: every answer bears them.
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence REFERRER_POLICY = HttpHeaders.createOptimized("Referrer-Policy");
    private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
    private static final CharSequence CONTENT_SECURITY_POLICY = HttpHeaders.createOptimized("Content-Security-Policy");
    private static final CharSequence ORIGIN = HttpHeaders.createOptimized("Origin");

    private final CharSequence policy;

    BrowserHeaders(EdgeConfig config) {
        this.policy = HttpHeaders.createOptimized(
                "default-src 'self'; connect-src 'self'"
                        + connections(config.services())
                        + "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    }

    void add(@Observes Filters filters) {
        filters.register(
                context -> {
                    MultiMap headers = context.response().headers();
                    headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
                    headers.set(REFERRER_POLICY, NO_REFERRER);
                    headers.set(CONTENT_SECURITY_POLICY, policy);
                    // Whether another site may read an answer depends on who asks: caches must tell them apart.
                    headers.add(HttpHeaders.VARY, ORIGIN);
                    context.next();
                },
                BEFORE_ANY_REFUSAL);
    }

    /** The other services, over HTTP and as WebSockets. */
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
