package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.vertx.core.VertxException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers what Vert.x refuses before any filter sees it, such as a request that does not say which host it is for, which
 * Quarkus would log as a failure of ours: whoever sends many would fill the log.
 */
@Singleton
final class BadRequests {

    void add(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(BadRequests::refuse);
    }

    private static void refuse(RoutingContext context) {
        if (context.statusCode() == 400 && context.failure() instanceof VertxException) {
            Problems.answer(context.response(), Problem.bad("bad_request", "Not a request of HTTP (RFC 9112)"));
        } else {
            context.next();
        }
    }
}
