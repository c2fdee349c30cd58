package io.liveline.edge.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import io.vertx.core.http.HttpServerRequest;

/**
 * Subprotocols that a client offers in its WebSocket handshake (RFC 6455, section 4.1). Browsers cannot set other
 * headers there, so a subprotocol may carry a header, in the format of Quarkus.
 */
public final class WebSocketSubprotocols {

    private static final String HEADER = "Sec-WebSocket-Protocol";
    private static final String CARRIER = "quarkus-http-upgrade#";

    private WebSocketSubprotocols() {}

    /** Returns the protocols that the client offers, in its order, without those that carry headers. */
    public static List<String> offered(HttpServerRequest request) {
        return all(request)
                .filter(protocol -> !decoded(protocol).startsWith(CARRIER))
                .toList();
    }

    /** Returns the values of a header that the subprotocols carry. */
    public static List<String> carried(HttpServerRequest request, String header) {
        String carrier = CARRIER + header + "#";
        return all(request)
                .map(WebSocketSubprotocols::decoded)
                .filter(protocol -> protocol.startsWith(carrier))
                .map(protocol -> protocol.substring(carrier.length()))
                .toList();
    }

    private static Stream<String> all(HttpServerRequest request) {
        return HeaderList.of(request.headers(), HEADER).stream();
    }

    private static String decoded(String protocol) {
        try {
            return URLDecoder.decode(protocol, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }
}
