package io.liveline.edge;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.vertx.core.MultiMap;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.common.util.MediaTypeHelper;

/**
 * Answers what Vert.x refuses before any filter sees it, such as a request that does not say which host it is for, and
 * what Quarkus would log as a failure of ours: whoever sends many would fill the log.
 */
@Singleton
final class BadRequests {

    void add(@Observes Router router) {
        router.route()
                .order(Integer.MIN_VALUE)
                .handler(BadRequests::checkAccept)
                .failureHandler(BadRequests::refuse);
    }

    /** Quarkus finds out that it cannot read it when it is to answer: after the request was carried out. */
    private static void checkAccept(RoutingContext context) {
        MultiMap headers = context.request().headers();
        String accept = headers.get(HttpHeaders.ACCEPT);
        if (accept != null && accept.isBlank()) {
            // It asks for nothing (RFC 9110, section 12.5.1).
            headers.remove(HttpHeaders.ACCEPT);
        } else if (accept != null && !isReadable(accept)) {
            Problems.answer(
                    context.response(), Problem.bad("bad_accept", "Accept is a list of media types (RFC 9110)"));
            return;
        }
        context.next();
    }

    private static boolean isReadable(String accept) {
        try {
            MediaTypeHelper.parseHeader(accept);
            return true;
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }

    private static void refuse(RoutingContext context) {
        if (context.statusCode() == 400 && context.failure() instanceof VertxException) {
            Problems.answer(context.response(), Problem.bad("bad_request", "Not a request of HTTP (RFC 9112)"));
        } else {
            context.next();
        }
    }
}
