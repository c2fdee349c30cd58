package io.liveline.edge.operation;

import java.util.Locale;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.http.HeaderList;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Completion of the {@code Accept} header of requests for metrics. Quarkus answers a scraper that accepts OpenMetrics
 * only with 406, unless it names the version and the charset exactly as the answer does.
 */
@Singleton
final class OpenMetricsAcceptFilter {

    private static final String METRICS = "/q/metrics";
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String AS_ANSWERED = OPEN_METRICS + "; version=1.0.0; charset=utf-8";

    /** Adds the filter to the management port of a service. */
    void add(@Observes ManagementInterface management) {
        addTo(management.router());
    }

    /** Adds the filter to the only port of all services in one process. */
    void add(@Observes Router router) {
        addTo(router);
    }

    private static void addTo(Router router) {
        router.get(METRICS).order(Integer.MIN_VALUE).handler(OpenMetricsAcceptFilter::complete);
    }

    private static void complete(RoutingContext context) {
        MultiMap headers = context.request().headers();
        boolean acceptsOpenMetrics = HeaderList.of(headers, HttpHeaders.ACCEPT).stream()
                .anyMatch(range -> range.toLowerCase(Locale.ROOT).startsWith(OPEN_METRICS));
        if (acceptsOpenMetrics) {
            headers.set(HttpHeaders.ACCEPT, HeaderList.line(headers, HttpHeaders.ACCEPT) + ", " + AS_ANSWERED);
        }
        context.next();
    }
}
