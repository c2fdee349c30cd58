package io.liveline.edge.gate;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;

import io.liveline.edge.ProblemException;
import io.liveline.edge.connection.ConnectionLimiter;
import io.liveline.edge.http.AcceptHeader;
import io.liveline.edge.http.QueryParameters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Request filters of REST resources. Other routes apply the same rules themselves. */
public final class RestFilters {

    private static final String UNSUPPORTED = "none/none";

    /** Media type of the description of the WebSocket frames. */
    private static final String YAML = "application/yaml";

    /** Query parameters of each method that was called. Bounded by the number of methods. */
    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    private final BodySizeLimit bodies;

    RestFilters(BodySizeLimit bodies) {
        this.bodies = bodies;
    }

    /**
     * Reads the body of an HTTP/2 request. Vert.x allows no call that pauses or resumes an HTTP/2 request after its end,
     * but REST calls {@code pause} at its beginning, so the body cannot be read before; and REST itself calls {@code
     * resume} while it reads.
     *
     * @throws ProblemException 413 {@code too_large}
     */
    @ServerRequestFilter(preMatching = true, priority = 0)
    Uni<Void> readHttp2Body(HttpServerRequest request, ContainerRequestContext context) {
        if (request.version() != HttpVersion.HTTP_2 || !ConnectionLimiter.hasBody(request)) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(bodies.read(request)
                        .onSuccess(body -> context.setEntityStream(new ByteArrayInputStream(body.getBytes())))
                        .toCompletionStage())
                .replaceWithVoid();
    }

    /**
     * Negotiates the type of the response: JSON or YAML, which are all that resources return. REST would negotiate
     * differently: it supports neither weights of 0 nor empty elements. So this filter replaces {@code Accept} by its
     * own decision, and REST rejects the request if the resource does not match. {@link StrictJsonReader} checks the
     * type of a body, if there is a body; REST would reject any type that it cannot read.
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
            headers.add(HttpHeaders.ACCEPT, json ? AcceptHeader.JSON : yaml ? YAML : UNSUPPORTED);
        }
        if (headers.contains(HttpHeaders.CONTENT_TYPE) && !StrictJsonReader.isJson(headers)) {
            headers.set(HttpHeaders.CONTENT_TYPE, UNSUPPORTED);
        }
    }

    /**
     * Rejects query parameters that the method does not declare.
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
