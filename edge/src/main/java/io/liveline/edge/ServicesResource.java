package io.liveline.edge;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Tells a page where the services are: {@code GET /liveline.json}. */
@Path("/liveline.json")
final class ServicesResource {

    /** Base addresses; empty is the page's own origin. */
    record Addresses(String chat, String dashboard, String presence) {}

    private final EdgeConfig.Services services;

    ServicesResource(EdgeConfig config) {
        this.services = config.services();
    }

    @GET
    public Addresses addresses() {
        return new Addresses(
                services.chat().orElse(""),
                services.dashboard().orElse(""),
                services.presence().orElse(""));
    }
}
