package io.liveline.edge.gate;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.connection.ConnectionLimiter;
import io.liveline.edge.connection.VertxInternals;
import io.liveline.edge.longlived.LongLivedResponse;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Limit on the size of bodies ({@code quarkus.http.limits.max-body-size}) that answers with a problem document. Quarkus
 * itself, which checks later, would answer with an empty response.
 */
@Singleton
final class BodySizeLimit {

    private static final int BEFORE_QUARKUS = 90;

    private final long most;

    BodySizeLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize most) {
        this.most = most.asLongValue();
    }

    void add(@Observes Filters filters) {
        filters.register(this::check, BEFORE_QUARKUS);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            // The HTTP codec has already rejected a length that is not a number.
            if (Long.parseLong(length) > most) {
                reject(context);
            } else {
                context.next();
            }
        } else if (ConnectionLimiter.hasBody(request)) {
            collect(context);
        } else {
            context.next();
        }
    }

    /** Reads a body of unknown length here, up to the limit. */
    private void collect(RoutingContext context) {
        HttpServerRequest request = context.request();
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= most) {
                body.appendBuffer(chunk);
            } else {
                reject(context);
            }
        });
        request.endHandler(ended -> {
            if (!context.response().ended()) {
                VertxInternals.setBody(context, body);
                context.next();
            }
        });
    }

    private void reject(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        LongLivedResponse.closeBehind(request);
        ProblemResponses.answer(
                request, new ProblemException(413, "too_large", "A body may have at most " + most + " bytes"));
        if (request.version() == HttpVersion.HTTP_2) {
            // Discards the rest of the body: unread, it would use up the flow-control window of other requests.
            request.handler(null).resume();
        }
    }
}
