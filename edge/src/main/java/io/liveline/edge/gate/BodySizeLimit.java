package io.liveline.edge.gate;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.connection.ConnectionLimiter;
import io.liveline.edge.longlived.LongLivedResponse;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses a body over the limit ({@code quarkus.http.limits.max-body-size}) with a problem; Quarkus, which comes after
 * this, would refuse it without a word.
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
            // A length that is no number never gets here: the HTTP codec refuses it.
            if (Long.parseLong(length) > most) {
                refuse(context);
            } else {
                context.next();
            }
        } else if (ConnectionLimiter.hasBody(request)) {
            collect(context);
        } else {
            context.next();
        }
    }

    /** A body that does not say how long it is, is read here, up to the limit. */
    private void collect(RoutingContext context) {
        HttpServerRequest request = context.request();
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= most) {
                body.appendBuffer(chunk);
            } else {
                refuse(context);
            }
        });
        request.endHandler(ended -> {
            if (!context.response().ended()) {
                ((RoutingContextInternal) context).setBody(body);
                context.next();
            }
        });
    }

    private void refuse(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        LongLivedResponse.closeBehind(request);
        ProblemResponses.answer(
                request, new ProblemException(413, "too_large", "A body may have at most " + most + " bytes"));
        if (request.version() == HttpVersion.HTTP_2) {
            // What still comes of it is thrown away: unread, it would leave no window to other requests.
            request.handler(null).resume();
        }
    }
}
