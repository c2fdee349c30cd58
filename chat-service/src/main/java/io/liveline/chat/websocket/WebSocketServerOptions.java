package io.liveline.chat.websocket;

import jakarta.inject.Singleton;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;

/** WebSocket options of the HTTP server that Quarkus has no keys for. */
@Singleton
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    /**
     * Property that makes Vert.x leave handshakes to the router, as WebSockets Next does. Without it, Vert.x answers an
     * invalid HTTP version itself. It is read when the server starts.
     */
    private static final String ROUTER_ONLY = "vertx.disableWebsockets";

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        System.setProperty(ROUTER_ONLY, "true");
        options.setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
