package io.liveline.edge.page;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.vertx.http.runtime.filters.Filters;

/** Lets people type {@code /lab}: a folder of static files answers only with a slash at its end. */
@Singleton
final class LabRedirect {

    void add(@Observes Filters filters) {
        filters.register(
                context -> {
                    if (context.request().path().equals("/lab")) {
                        // Relative: a proxy may have everything below a path.
                        context.redirect("lab/");
                    } else {
                        context.next();
                    }
                },
                50);
    }
}
