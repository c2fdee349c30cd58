package io.liveline.edge;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Where a request has its token: in the header {@code Authorization}, or, as browsers cannot set that on an upgrade, in a
 * subprotocol that it offers, in the form that Quarkus has for it. Never in the address, which is logged and kept.
 */
final class BearerToken {

    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";
    private static final String IN_SUBPROTOCOL = "quarkus-http-upgrade#Authorization#";
    private static final String SCHEME = "Bearer ";

    private BearerToken() {}

    /**
     * The token; null when there is none.
     *
     * @throws Problem 401 {@code unauthorized} when there are several, or credentials of another kind
     */
    static String of(HttpServerRequest request) {
        List<String> credentials = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (credentials.isEmpty() && "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            credentials = offered(request);
        }
        if (credentials.isEmpty()) {
            return null;
        }
        String one = credentials.get(0);
        if (credentials.size() > 1 || !one.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Tokens.invalid("send one, as Authorization: Bearer …");
        }
        return one.substring(SCHEME.length()).strip();
    }

    private static List<String> offered(HttpServerRequest request) {
        return request.headers().getAll(SUBPROTOCOL).stream()
                .flatMap(list -> List.of(list.split(",")).stream())
                .map(BearerToken::decoded)
                .filter(protocol -> protocol.startsWith(IN_SUBPROTOCOL))
                .map(protocol -> protocol.substring(IN_SUBPROTOCOL.length()))
                .toList();
    }

    private static String decoded(String protocol) {
        try {
            return URLDecoder.decode(protocol.strip(), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }
}
