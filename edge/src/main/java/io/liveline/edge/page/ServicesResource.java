package io.liveline.edge.page;

import java.util.Locale;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import io.liveline.edge.EdgeConfig;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.gate.AllowedMethods;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Addresses of the services and their kind of authentication, for the page: {@code GET /liveline.json}. */
@Path("/liveline.json")
final class ServicesResource {

    /**
     * Base addresses; an empty one is the folder of this document.
     *
     * @param auth {@code jwt} if a token is required, {@code guest} if a name is enough
     */
    record Addresses(String chat, String dashboard, String presence, String auth) {}

    private final EdgeConfig.Services services;
    private final String auth;

    ServicesResource(
            EdgeConfig config, @ConfigProperty(name = "liveline.auth", defaultValue = "jwt") Authenticator.Auth auth) {
        this.services = config.services();
        this.auth = auth.name().toLowerCase(Locale.ROOT);
    }

    void add(@Observes Router router) {
        AllowedMethods.of(router, "/liveline.json", HttpMethod.GET);
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Addresses addresses() {
        return new Addresses(
                services.chat().orElse(""),
                services.dashboard().orElse(""),
                services.presence().orElse(""),
                auth);
    }
}
