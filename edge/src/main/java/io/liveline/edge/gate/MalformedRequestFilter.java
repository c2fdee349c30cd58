package io.liveline.edge.gate;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.ProblemResponses;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * First route. It sets the {@link CommonHeaders} and answers requests that Vert.x rejects before any filter, such as
 * one without a host. Quarkus would log each of them as an internal error, so a client could fill the log.
 */
@Singleton
final class MalformedRequestFilter {

    private final CommonHeaders common;
    private final int maxAddressLength;

    MalformedRequestFilter(
            CommonHeaders common,
            @ConfigProperty(name = "quarkus.http.limits.max-initial-line-length") int maxAddressLength) {
        this.common = common;
        this.maxAddressLength = maxAddressLength;
    }

    void add(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::check).failureHandler(this::reject);
        AllowedMethods.ofOthers(router);
    }

    private void check(RoutingContext context) {
        common.setOn(context.response().headers()::set);
        HttpServerRequest request = context.request();
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT
                && context.normalizedPath().startsWith("/q/")) {
            // The Dev UI of Quarkus consists of inline scripts.
            context.response().headers().remove(HttpHeaderNames.CONTENT_SECURITY_POLICY);
        }
        // For HTTP/1.1, the decoder rejects a long address.
        if (request.version() == HttpVersion.HTTP_2 && request.uri().length() > maxAddressLength) {
            ProblemResponses.answer(context.request(), ProblemResponses.of(HttpResponseStatus.REQUEST_URI_TOO_LONG));
            return;
        }
        context.next();
    }

    private void reject(RoutingContext context) {
        boolean isMalformed = context.statusCode() == 400 && context.failure() instanceof VertxException;
        String path = context.request().path();
        boolean isNotAPath = context.statusCode() == 404 && path != null && !path.startsWith("/");
        if (isMalformed || isNotAPath) {
            common.setOn(context.response().headers()::set);
            ProblemResponses.answer(
                    context.request(), ProblemResponses.of(HttpResponseStatus.valueOf(context.statusCode())));
        } else {
            context.next();
        }
    }
}
