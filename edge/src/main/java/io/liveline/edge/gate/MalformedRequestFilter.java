package io.liveline.edge.gate;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.ProblemResponses;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * First of all routes. It sets the {@link CommonHeaders}, and answers what Vert.x refuses before any filter sees it,
 * such as a request that does not say which host it is for, which Quarkus would log as a failure of ours: whoever sends
 * many would fill the log.
 */
@Singleton
final class MalformedRequestFilter {

    private final CommonHeaders common;
    private final int longestAddress;

    MalformedRequestFilter(
            CommonHeaders common,
            @ConfigProperty(name = "quarkus.http.limits.max-initial-line-length") int longestAddress) {
        this.common = common;
        this.longestAddress = longestAddress;
    }

    void add(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::check).failureHandler(this::refuse);
        AllowedMethods.ofOthers(router);
    }

    private void check(RoutingContext context) {
        common.setOn(context.response().headers()::set);
        HttpServerRequest request = context.request();
        // Of HTTP/1.1 the decoder refuses it.
        if (request.version() == HttpVersion.HTTP_2 && request.uri().length() > longestAddress) {
            ProblemResponses.answer(context.request(), ProblemResponses.of(HttpResponseStatus.REQUEST_URI_TOO_LONG));
            return;
        }
        context.next();
    }

    private void refuse(RoutingContext context) {
        boolean isNoRequest = context.statusCode() == 400 && context.failure() instanceof VertxException;
        String path = context.request().path();
        boolean isNoPath = context.statusCode() == 404 && path != null && !path.startsWith("/");
        if (isNoRequest || isNoPath) {
            common.setOn(context.response().headers()::set);
            ProblemResponses.answer(
                    context.request(), ProblemResponses.of(HttpResponseStatus.valueOf(context.statusCode())));
        } else {
            context.next();
        }
    }
}
