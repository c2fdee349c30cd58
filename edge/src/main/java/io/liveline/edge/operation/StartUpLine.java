package io.liveline.edge.operation;

import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.edge.auth.Authenticator;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.http.HttpServerOptions;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Log line at the start of a service: its address, its kind of authentication and its event bus. */
@Singleton
final class StartUpLine {

    private static final Logger LOG = Logger.getLogger("io.liveline");

    void log(
            @ObservesAsync HttpServerStart started,
            @ConfigProperty(name = "quarkus.application.name") String service,
            @ConfigProperty(name = "liveline.auth", defaultValue = "jwt") Authenticator.Auth auth,
            EventBus bus,
            HttpServer server) {
        HttpServerOptions options = started.options();
        String host = options.getHost().equals("0.0.0.0") ? "localhost" : options.getHost();
        int port = options.isSsl() ? server.getSecurePort() : server.getPort();
        String identity = auth == Authenticator.Auth.GUEST ? "guest, anybody may claim any name" : "jwt";
        LOG.infof(
                "Liveline %s: open %s://%s:%d (auth: %s; bus: %s)",
                service, options.isSsl() ? "https" : "http", host, port, identity, bus.description());
    }
}
