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
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Limit on the size of bodies ({@code quarkus.http.limits.max-body-size}) that answers with a problem document. Quarkus
 * itself, which checks later, would answer with an empty response. Bodies of unknown length are read here, except over
 * HTTP/2, where REST reads no request that has ended: there, {@link RestFilters} reads every body.
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
                reject(request);
            } else {
                context.next();
            }
        } else if (request.version() != HttpVersion.HTTP_2 && ConnectionLimiter.hasBody(request)) {
            read(request)
                    .onSuccess(body -> {
                        VertxInternals.setBody(context, body);
                        context.next();
                    })
                    .onFailure(tooLarge -> reject(request));
        } else {
            context.next();
        }
    }

    /**
     * Reads a body up to the limit. The future fails with 413 {@code too_large} and then discards the rest. It is never
     * complete if the client does not send the whole body.
     */
    Future<Buffer> read(HttpServerRequest request) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= most) {
                body.appendBuffer(chunk);
            } else {
                request.handler(null);
                whole.fail(tooLarge());
            }
        });
        request.endHandler(ended -> whole.tryComplete(body));
        request.resume();
        return whole.future();
    }

    private void reject(HttpServerRequest request) {
        LongLivedResponse.closeBehind(request);
        ProblemResponses.answer(request, tooLarge());
        if (request.version() == HttpVersion.HTTP_2) {
            // Discards the rest of the body: unread, it would use up the flow-control window of other requests.
            request.resume();
        }
    }

    private ProblemException tooLarge() {
        return new ProblemException(413, "too_large", "A body may have at most " + most + " bytes");
    }
}
