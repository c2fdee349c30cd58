package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;

/** Headers that tell browsers to trust a page of ours no further than it needs. */
@Singleton
final class BrowserHeaders {

    // Also before that of CORS, which has 300.
    private static final int BEFORE_ANY_REFUSAL = 400;

    private final String policy;

    BrowserHeaders(EdgeConfig config) {
        this.policy = "default-src 'self'; connect-src 'self'" + connections(config.services())
                + "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }

    void add(@Observes Filters filters) {
        filters.register(
                context -> {
                    MultiMap headers = context.response().headers();
                    headers.set("X-Content-Type-Options", "nosniff");
                    headers.set("Referrer-Policy", "no-referrer");
                    headers.set("Content-Security-Policy", policy);
                    // Whether another site may read an answer depends on who asks: caches must tell them apart.
                    headers.add("Vary", "Origin");
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
