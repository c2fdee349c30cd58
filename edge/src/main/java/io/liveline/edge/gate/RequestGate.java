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
 * Where every request comes in, for REST and for routes of their own alike: it is counted against the limits of its
 * address, found out who sends it, counted against theirs, and sent on with its {@link Caller}. What may be done is for
 * the route behind to ask of the caller's {@link Permissions}; a route that is reached without a caller stays shut.
 */
@Singleton
final class RequestGate {

    // Behind Quarkus' own filters for CORS; before the limit of bodies, which strangers need not hear about.
    private static final int PRIORITY = 95;

    /** The page and its parts, which are for everybody; no call of the API looks like one. */
    static final Pattern PAGE =
            Pattern.compile("/|/lab/?|/[\\w-]+(\\.[\\w-]+)+|/(app|lab|liveline|vendor/uplot)/[\\w-]+(\\.[\\w-]+)+");

    /** Health and metrics, for operators. The three services have them on a port of their own, which no filter sees. */
    private static final String OPERATION = "/q/";

    /**
     * What Quarkus answers besides: everything below its metrics, and groups of checks. A proxy's pattern that is not
     * anchored leads there from outside, as {@code /chat$} does to {@code /q/metrics/chat}.
     */
    private static final Pattern BELOW_OPERATION =
            Pattern.compile("/q/metrics/.*|/q/health/(?!(live|ready|started)$).*");

    private final Authenticator identity;
    private final RateLimiter limits;
    private final ConnectionLimiter connections;

    RequestGate(Authenticator identity, RateLimiter limits, ConnectionLimiter connections) {
        this.identity = identity;
        this.limits = limits;
        this.connections = connections;
    }

    void add(@Observes Filters filters) {
        filters.register(this::come, PRIORITY);
    }

    private void come(RoutingContext context) {
        connections.watch(context);
        String path = context.normalizedPath();
        if (path.startsWith(OPERATION)) {
            if (BELOW_OPERATION.matcher(path).matches()) {
                refuse(context, new ProblemException(404, "not_found", "Not Found"));
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
            identity.of(request)
                    .onSuccess(caller -> admit(context, caller, address))
                    .onFailure(refusal -> refuse(context, refusal));
        } catch (ProblemException refusal) {
            refuse(context, refusal);
        }
    }

    private void admit(RoutingContext context, Caller caller, TokenBucket address) {
        try {
            if (caller.expiresMillis() != Caller.NEVER) {
                // Known by a token: from here on it is the person's own limit that counts.
                address.giveBack();
            }
            limits.person(caller).take();
            caller.enter(context);
        } catch (ProblemException refusal) {
            refuse(context, refusal);
            return;
        }
        context.next();
    }

    private static boolean isPage(RoutingContext context) {
        HttpMethod method = context.request().method();
        return (method == HttpMethod.GET || method == HttpMethod.HEAD)
                && PAGE.matcher(context.normalizedPath()).matches();
    }

    private static void refuse(RoutingContext context, Throwable refusal) {
        ProblemResponses.answer(context.request(), refusal);
        // What is left of its body is read and thrown away, so that the next request on this connection is found.
        if (!context.request().isEnded()) {
            context.request().resume();
        }
    }
}
