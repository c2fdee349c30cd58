package io.liveline.edge.page;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.vertx.http.runtime.filters.Filters;

/** Redirect from {@code /lab} to {@code /lab/}: a folder of static files answers only with the trailing slash. */
@Singleton
final class LabRedirect {

    void add(@Observes Filters filters) {
        filters.register(
                context -> {
                    if (context.request().path().equals("/lab")) {
                        // Relative, because a proxy may add a path prefix.
                        context.redirect("lab/");
                    } else {
                        context.next();
                    }
                },
                50);
    }
}
