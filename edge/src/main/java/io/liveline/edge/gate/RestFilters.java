package io.liveline.edge.gate;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ResourceInfo;

import io.liveline.edge.ProblemException;
import io.liveline.edge.http.AcceptHeader;
import io.liveline.edge.http.QueryParameters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Rules for REST resources that the routes beside them apply themselves. */
public final class RestFilters {

    private static final String NO_TYPE_OF_OURS = "none/none";

    /** Of the description of the WebSocket's frames. */
    private static final String YAML = "application/yaml";

    /** Query parameters of each method that was called; there are as many as methods. */
    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    /**
     * Decides whether the client accepts JSON or YAML, which is all that resources answer with. REST would decide
     * otherwise: it does not know weights of 0, nor empty elements. So it is told the decision, and refuses where there
     * is something to represent. The type of a body is for {@link StrictJsonReader} to judge, when there is a body:
     * REST would refuse one that it cannot read.
     *
     * @throws ProblemException 400 {@code bad_accept}
     */
    @ServerRequestFilter(preMatching = true)
    public void negotiate(HttpServerRequest request) {
        AcceptHeader accept = AcceptHeader.of(request);
        boolean json = accept.choose(AcceptHeader.JSON) != null;
        boolean yaml = accept.choose(YAML) != null;
        MultiMap headers = request.headers();
        headers.remove(HttpHeaders.ACCEPT);
        if (!json || !yaml) {
            headers.add(HttpHeaders.ACCEPT, json ? AcceptHeader.JSON : yaml ? YAML : NO_TYPE_OF_OURS);
        }
        if (headers.contains(HttpHeaders.CONTENT_TYPE) && !StrictJsonReader.isJson(headers)) {
            headers.set(HttpHeaders.CONTENT_TYPE, NO_TYPE_OF_OURS);
        }
    }

    /**
     * Refuses query parameters that the method does not take.
     *
     * @throws ProblemException 400 {@code unknown_parameter}, {@code bad_request}
     */
    @ServerRequestFilter
    public void requireKnownParameters(ResourceInfo resource, HttpServerRequest request) {
        QueryParameters.requireKnown(
                request, known.computeIfAbsent(resource.getResourceMethod(), RestFilters::parameters));
    }

    private static Set<String> parameters(Method method) {
        return Arrays.stream(method.getParameters())
                .map(parameter -> parameter.getAnnotation(QueryParam.class))
                .filter(Objects::nonNull)
                .map(QueryParam::value)
                .collect(Collectors.toSet());
    }
}
