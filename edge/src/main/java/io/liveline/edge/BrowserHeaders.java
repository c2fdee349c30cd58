package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;

/** Headers that tell browsers to trust a page of ours no further than it needs. */
@Singleton
final class BrowserHeaders {

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
                    context.next();
                },
                100);
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
