package io.liveline.edge.gate;

import java.util.regex.Pattern;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Permissions;
import io.liveline.edge.connection.ConnectionLimiter;
import io.liveline.edge.limit.RateLimiter;
import io.liveline.edge.limit.TokenBucket;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Entry point of every request, for REST and for other routes. It counts the request against the rate limit of its
 * address, authenticates the client, counts the request against the limit of the person, and passes it on with its
 * {@link Caller}. Each route checks the caller's {@link Permissions} itself. A route that is reached without a caller
 * stays closed.
 */
@Singleton
final class RequestGate {

    // After the CORS filters of Quarkus, and before the body limit, so that only authenticated clients learn that
    // limit.
    private static final int PRIORITY = 95;

    /** Paths of the page and its files, which are public. No address of the API matches. */
    static final Pattern PAGE =
            Pattern.compile("/|/lab/?|/[\\w-]+(\\.[\\w-]+)+|/(app|lab|liveline|vendor/uplot)/[\\w-]+(\\.[\\w-]+)+");

    /**
     * Prefix of health and metrics, for operators. The three services serve them on another port, which has no filters.
     */
    private static final String OPERATION = "/q/";

    /**
     * Other addresses that Quarkus answers: everything below its metrics, and groups of checks. A proxy pattern that is
     * not anchored exposes them, as {@code /chat$} does {@code /q/metrics/chat}.
     */
    private static final Pattern BELOW_OPERATION =
            Pattern.compile("/q/metrics/.*|/q/health/(?!(live|ready|started)$).*");

    private final Authenticator authenticator;
    private final RateLimiter limits;
    private final ConnectionLimiter connections;

    RequestGate(Authenticator authenticator, RateLimiter limits, ConnectionLimiter connections) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.connections = connections;
    }

    void add(@Observes Filters filters) {
        filters.register(this::accept, PRIORITY);
    }

    private void accept(RoutingContext context) {
        connections.watch(context);
        String path = context.normalizedPath();
        if (path.startsWith(OPERATION)) {
            if (BELOW_OPERATION.matcher(path).matches()) {
                reject(context, new ProblemException(404, "not_found", "Not Found"));
            } else {
                context.next();
            }
            return;
        }
        HttpServerRequest request = context.request();
        try {
            TokenBucket address = limits.address(Authenticator.address(request));
            address.take();
            if (isPage(context)) {
                context.next();
                return;
            }
            authenticator
                    .of(request)
                    .onSuccess(caller -> admit(context, caller, address))
                    .onFailure(failure -> reject(context, failure));
        } catch (ProblemException failure) {
            reject(context, failure);
        }
    }

    private void admit(RoutingContext context, Caller caller, TokenBucket address) {
        if (context.response().closed()) {
            // The client gave up during the verification. REST would fail on an HTTP/2 request that was reset.
            return;
        }
        try {
            if (caller.expiresMillis() != Caller.NEVER) {
                // Authenticated by a token: from here on the limit of the person applies instead.
                address.putBack();
            }
            limits.person(caller).take();
            caller.enter(context);
        } catch (ProblemException failure) {
            reject(context, failure);
            return;
        }
        context.next();
    }

    private static boolean isPage(RoutingContext context) {
        HttpMethod method = context.request().method();
        return (method == HttpMethod.GET || method == HttpMethod.HEAD)
                && PAGE.matcher(context.normalizedPath()).matches();
    }

    /** Rejects a request, and discards the rest of its body. */
    static void reject(RoutingContext context, Throwable failure) {
        ProblemResponses.answer(context.request(), failure);
        discardBody(context.request());
    }

    /** Reads and discards the rest of the body, so that the next request on this connection is found. */
    static void discardBody(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.resume();
        }
    }
}
