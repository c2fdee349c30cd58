package io.liveline.edge.auth;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.http.OriginalHost;
import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Origins whose pages may use a service. A page of the service's own origin always may, over HTTP and WebSocket.
 * Browsers send cookies and reach private addresses on behalf of any page, and CORS does not cover upgrades, so the
 * server checks {@code Origin} itself.
 */
@Singleton
public final class AllowedOrigins {

    // Before the CORS filter of Quarkus, which has 300.
    private static final int BEFORE_CORS = 350;

    private final Set<String> allowed;
    // In the format of the CORS filter of Quarkus: origins, and regular expressions between slashes.
    private final List<String> callers;
    private final List<Pattern> callerPatterns;

    AllowedOrigins(
            EdgeConfig config, @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> callers) {
        this.allowed = config.origins().orElse(Set.of());
        this.callers = callers.orElse(List.of());
        this.callerPatterns = CORSFilter.parseAllowedOriginsRegex(callers);
    }

    /**
     * Removes {@code Origin} from requests of a service's own pages. Quarkus compares scheme and port with its own, and
     * a proxy may have others, so Quarkus would reject the scripts of the page.
     */
    void add(@Observes Filters filters) {
        filters.register(
                context -> {
                    HttpServerRequest request = context.request();
                    String origin = request.getHeader(HttpHeaders.ORIGIN);
                    if (origin != null && isOwn(origin, OriginalHost.of(request))) {
                        request.headers().remove(HttpHeaders.ORIGIN);
                    } else if (origin != null && !mayCall(origin)) {
                        // Quarkus would reject it without giving the reason.
                        ProblemResponses.answer(
                                request,
                                new ProblemException(
                                        403, "forbidden_origin", "Pages of this origin may not call this service"));
                        return;
                    }
                    context.next();
                },
                BEFORE_CORS);
    }

    private boolean mayCall(String origin) {
        return callers.contains(origin) || CORSFilter.isOriginAllowedByRegex(callerPatterns, origin);
    }

    /**
     * Returns whether a page of this origin may open a WebSocket.
     *
     * @param origin the {@code Origin} header; null if the client is no browser, or for the service's own page
     */
    public boolean allow(String origin) {
        return origin == null || allowed.contains(origin);
    }

    /** Returns whether an origin has the host and port that its request was sent to, regardless of the scheme. */
    static boolean isOwn(String origin, HostAndPort host) {
        try {
            URI page = URI.create(origin);
            int defaultPort = "https".equals(page.getScheme()) ? 443 : 80;
            return page.getHost() != null
                    && host != null
                    && page.getHost().equalsIgnoreCase(host.host())
                    && orElse(page.getPort(), defaultPort) == orElse(host.port(), defaultPort);
        } catch (IllegalArgumentException notAnOrigin) {
            return false;
        }
    }

    private static int orElse(int port, int defaultPort) {
        return port > 0 ? port : defaultPort;
    }
}
