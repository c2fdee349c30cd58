package io.liveline.edge.auth;

import java.util.List;

import io.liveline.edge.ProblemException;
import io.liveline.edge.http.HeaderList;
import io.liveline.edge.http.WebSocketSubprotocols;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reader of the bearer token of a request. The token is in the header {@code Authorization} or, because browsers cannot
 * set that header on an upgrade, in an offered subprotocol in the format of Quarkus. It is never in the address, which
 * is logged and stored.
 */
final class BearerTokenReader {

    private static final String SCHEME = "Bearer ";

    private BearerTokenReader() {}

    /**
     * Returns the token.
     *
     * @throws ProblemException 401 {@code unauthorized} if there is none, or several, or credentials of another kind
     */
    static String of(HttpServerRequest request) {
        List<String> credentials = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (credentials.isEmpty() && HeaderList.contains(request.headers(), HttpHeaders.UPGRADE, "websocket")) {
            credentials = WebSocketSubprotocols.carried(request, "Authorization");
        }
        if (credentials.isEmpty()) {
            throw ProblemException.unauthorized("unauthorized", "Send a token", "Bearer");
        }
        String one = credentials.get(0);
        if (credentials.size() > 1 || !one.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw TokenVerifier.invalid("send exactly one, as Authorization: Bearer …");
        }
        return one.substring(SCHEME.length()).strip();
    }
}
