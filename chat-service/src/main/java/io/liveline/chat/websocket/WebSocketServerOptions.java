package io.liveline.chat.websocket;

import java.util.List;

import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;

/** WebSocket options of the HTTP server. */
@Singleton
final class WebSocketServerOptions implements HttpServerOptionsCustomizer {

    /** Subprotocol of chat. Clients that offer none are served as well. */
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
                // Measured: about 107 KB per connection with compression, 10 to 16 KB without.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
