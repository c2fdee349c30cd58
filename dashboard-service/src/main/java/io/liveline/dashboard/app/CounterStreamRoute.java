package io.liveline.dashboard.app;

import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.AllowedMethods;
import io.liveline.edge.http.AcceptHeader;
import io.liveline.edge.http.QueryParameters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Route of {@code GET /counters/stream}. Separate from Quarkus REST, because one event is written to thousands of
 * streams.
 */
@Singleton
final class CounterStreamRoute {

    private static final Set<String> PARAMETERS = Set.of("names", "rate", "after");

    private final DashboardReplica replica;

    CounterStreamRoute(DashboardReplica replica) {
        this.replica = replica;
    }

    void add(@Observes Router router) {
        router.route("/counters/stream")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::stream);
        AllowedMethods.of(router, "/counters", HttpMethod.GET);
        // These are also valid names of counters.
        AllowedMethods.of(router, "/counters/stream", HttpMethod.GET, HttpMethod.PUT);
        AllowedMethods.of(router, "/counters/increments", HttpMethod.POST, HttpMethod.PUT);
        AllowedMethods.of(router, "/counters/:name", HttpMethod.PUT);
        AllowedMethods.of(router, "/counters/:name/increments", HttpMethod.POST);
        AllowedMethods.of(router, "/counters/:name/history", HttpMethod.GET);
    }

    private void stream(RoutingContext context) {
        HttpServerRequest request = context.request();
        try {
            QueryParameters.requireKnown(request, PARAMETERS);
            AcceptHeader.of(request).require(AcceptHeader.EVENT_STREAM);
            DashboardConfig config = replica.config;
            Caller caller = Caller.of(context);
            CounterSelection names = CounterSelection.parse(
                            request.getParam("names"), request.getParam("name"), config.maxNames())
                    .visibleTo(caller.rights());
            int fastest = (int) Math.max(1, 1000 / config.streams().conflation().toMillis());
            int rate = QueryParameters.count("rate", request.getParam("rate"), fastest, fastest);
            replica.streams.open(context, names, rate, CursorParameter.position(request), caller.expiresMillis());
        } catch (RuntimeException refusal) {
            ProblemResponses.answer(request, refusal);
        }
    }
}
