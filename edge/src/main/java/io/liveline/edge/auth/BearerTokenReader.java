package io.liveline.edge.auth;

import java.util.List;

import io.liveline.edge.ProblemException;
import io.liveline.edge.http.HeaderList;
import io.liveline.edge.http.WebSocketSubprotocols;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Where a request has its token: in the header {@code Authorization}, or, as browsers cannot set that on an upgrade, in
 * a subprotocol that it offers, in the form that Quarkus has for it. Never in the address, which is logged and kept.
 */
final class BearerTokenReader {

    private static final String SCHEME = "Bearer ";

    private BearerTokenReader() {}

    /**
     * The token; null when there is none.
     *
     * @throws ProblemException 401 {@code unauthorized} when there are several, or credentials of another kind
     */
    static String of(HttpServerRequest request) {
        List<String> credentials = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (credentials.isEmpty() && HeaderList.contains(request.headers(), HttpHeaders.UPGRADE, "websocket")) {
            credentials = WebSocketSubprotocols.carried(request, "Authorization");
        }
        if (credentials.isEmpty()) {
            return null;
        }
        String one = credentials.get(0);
        if (credentials.size() > 1 || !one.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw TokenVerifier.invalid("send one, as Authorization: Bearer …");
        }
        return one.substring(SCHEME.length()).strip();
    }
}
