package io.liveline.edge.gate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.liveline.edge.ProblemResponses;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Allowed methods of an address. It answers OPTIONS with them and other methods with 405 (RFC 9110, sections 9.3.7 and
 * 15.5.6). REST knows only the methods of a class, and would answer OPTIONS even for an address that does not exist.
 */
public final class AllowedMethods {

    private static final String CHECKED = "liveline.method.checked";

    private final Set<HttpMethod> methods;
    private final String list;

    private AllowedMethods(HttpMethod... own) {
        methods = new LinkedHashSet<>(List.of(own));
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        list = String.join(", ", methods.stream().map(HttpMethod::name).toList()) + ", OPTIONS";
    }

    /**
     * Rejects requests for an address with other methods. If several registrations match an address, the first one
     * decides.
     *
     * @param path path pattern of the Vert.x router
     * @param methods methods that other handlers carry out; GET implies HEAD
     */
    public static void of(Router router, String path, HttpMethod... methods) {
        router.route(path).handler(check(methods));
    }

    /** Returns the check as the handler of a route. */
    public static Handler<RoutingContext> check(HttpMethod... methods) {
        return new AllowedMethods(methods)::check;
    }

    /** Rejects methods other than GET and HEAD for files, and OPTIONS for addresses that do not exist. */
    static void ofOthers(Router router) {
        AllowedMethods files = new AllowedMethods(HttpMethod.GET);
        router.route().order(RouteConstants.ROUTE_ORDER_DEFAULT - 1).handler(context -> {
            if (context.get(CHECKED) != null
                    || files.methods.contains(context.request().method())) {
                context.next();
            } else if (isFile(context.normalizedPath())) {
                files.check(context);
            } else if (context.request().method().equals(HttpMethod.OPTIONS)) {
                RequestGate.reject(context, ProblemResponses.of(HttpResponseStatus.NOT_FOUND));
            } else {
                context.next();
            }
        });
    }

    private void check(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (context.get(CHECKED) != null || methods.contains(method)) {
            context.put(CHECKED, true).next();
            return;
        }
        context.response().putHeader(HttpHeaders.ALLOW, list);
        if (method.equals(HttpMethod.OPTIONS)) {
            context.response().setStatusCode(204).end();
            RequestGate.discardBody(context.request());
        } else {
            RequestGate.reject(context, ProblemResponses.of(HttpResponseStatus.METHOD_NOT_ALLOWED));
        }
    }

    private static boolean isFile(String path) {
        String file = path.endsWith("/") ? path + "index.html" : path;
        return RequestGate.PAGE.matcher(path).matches()
                && Thread.currentThread().getContextClassLoader().getResource("META-INF/resources" + file) != null;
    }
}
