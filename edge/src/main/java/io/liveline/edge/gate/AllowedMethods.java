package io.liveline.edge.gate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.liveline.edge.ProblemResponses;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Methods of an address. It answers OPTIONS with them, and 405 to all others (RFC 9110, sections 9.3.7 and 15.5.6).
 * REST knows only those of a class: it would answer OPTIONS for an address that is not there, too.
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
     * Refuses requests for an address with other methods. Where several fit an address, the first that was set decides.
     *
     * @param path as Vert.x' router takes it
     * @param methods those that something else carries out; GET implies HEAD
     */
    public static void of(Router router, String path, HttpMethod... methods) {
        router.route(path).handler(new AllowedMethods(methods)::check);
    }

    /** Refuses other methods than GET for files, and OPTIONS for what is not there. */
    static void ofOthers(Router router) {
        AllowedMethods files = new AllowedMethods(HttpMethod.GET);
        router.route().order(RouteConstants.ROUTE_ORDER_DEFAULT - 1).handler(context -> {
            if (context.get(CHECKED) != null
                    || files.methods.contains(context.request().method())) {
                context.next();
            } else if (isFile(context.normalizedPath())) {
                files.check(context);
            } else if (context.request().method().equals(HttpMethod.OPTIONS)) {
                refuse(context, HttpResponseStatus.NOT_FOUND);
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
            discardBody(context);
        } else {
            refuse(context, HttpResponseStatus.METHOD_NOT_ALLOWED);
        }
    }

    private static boolean isFile(String path) {
        String file = path.endsWith("/") ? path + "index.html" : path;
        return RequestGate.PAGE.matcher(path).matches()
                && Thread.currentThread().getContextClassLoader().getResource("META-INF/resources" + file) != null;
    }

    private static void refuse(RoutingContext context, HttpResponseStatus status) {
        ProblemResponses.answer(context.request(), ProblemResponses.of(status));
        discardBody(context);
    }

    /** Reads what is left of it, so that the next request on this connection is found. */
    private static void discardBody(RoutingContext context) {
        if (!context.request().isEnded()) {
            context.request().resume();
        }
    }
}
