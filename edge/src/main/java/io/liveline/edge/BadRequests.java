package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.vertx.core.MultiMap;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers what Vert.x refuses before any filter sees it, such as a request that does not say which host it is for.
 * Quarkus would log each of these as a failure of ours: whoever sends many would fill the log.
 */
@Singleton
final class BadRequests {

    void add(@Observes Router router) {
        router.route()
                .order(Integer.MIN_VALUE)
                .handler(BadRequests::forgetEmptyAccept)
                .failureHandler(BadRequests::refuse);
    }

    /** It asks for nothing (RFC 9110, section 12.5.1), but Quarkus would fail on it, after the request was carried out. */
    private static void forgetEmptyAccept(RoutingContext context) {
        MultiMap headers = context.request().headers();
        String accept = headers.get(HttpHeaders.ACCEPT);
        if (accept != null && accept.isBlank()) {
            headers.remove(HttpHeaders.ACCEPT);
        }
        context.next();
    }

    private static void refuse(RoutingContext context) {
        if (context.statusCode() == 400 && context.failure() instanceof VertxException) {
            Problems.answer(context.response(), Problem.bad("bad_request", "Not a request of HTTP (RFC 9112)"));
        } else {
            context.next();
        }
    }
}
