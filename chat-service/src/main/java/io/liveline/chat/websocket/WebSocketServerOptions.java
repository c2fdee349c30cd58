package io.liveline.chat.websocket;

import java.util.List;

import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;

/** How the HTTP server treats WebSockets. */
@Singleton
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    /** The subprotocol of chat; a client that offers none is served, too. */
    static final String SUBPROTOCOL = "liveline.v1";

    private final ChatConfig config;

    WebSocketServerOptions(ChatConfig config) {
        this.config = config;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setWebSocketSubProtocols(List.of(SUBPROTOCOL))
                .setMaxWebSocketFrameSize(config.frameBytes())
                .setMaxWebSocketMessageSize(config.frameBytes())
                // Measured: about 107 KB a connection with compression, 10 to 16 without.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
