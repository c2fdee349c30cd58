package io.liveline.presence;

import java.time.Duration;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;

import io.liveline.edge.Identity;
import io.liveline.edge.Person;
import io.liveline.edge.Problem;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;

/** Being here, and typing. */
@Path("/rooms/{room}")
final class PresenceResource {

    /** @param state null for active */
    record Heartbeat(Presence.State state) {}

    private final Replica replica;
    private final Identity identity;

    PresenceResource(Replica replica, Identity identity) {
        this.replica = replica;
        this.identity = identity;
    }

    @PUT
    @Path("/presence")
    public Uni<Response> here(
            @PathParam("room") String room,
            @QueryParam("tab") @DefaultValue("") String tab,
            Heartbeat heartbeat,
            HttpServerRequest request) {
        Presence.State state =
                heartbeat == null || heartbeat.state() == null ? Presence.State.ACTIVE : heartbeat.state();
        return apply(room, new Act.Here(person(request), tab, state))
                .replaceWith(() -> told("Liveline-Heartbeat", replica.config().heartbeat()));
    }

    @DELETE
    @Path("/presence")
    public Uni<Response> leave(
            @PathParam("room") String room,
            @QueryParam("tab") @DefaultValue("") String tab,
            HttpServerRequest request) {
        return apply(room, new Act.Leave(person(request).user(), tab)).replaceWith(PresenceResource::done);
    }

    @PUT
    @Path("/typing")
    public Uni<Response> typing(@PathParam("room") String room, HttpServerRequest request) {
        return apply(room, new Act.Typing(person(request)))
                .replaceWith(() -> told("Liveline-Typing", replica.config().typing().repeat()));
    }

    @DELETE
    @Path("/typing")
    public Uni<Response> idle(@PathParam("room") String room, HttpServerRequest request) {
        return apply(room, Act.Idle.now(person(request).user())).replaceWith(PresenceResource::done);
    }

    private Uni<Outcome> apply(String room, Act act) {
        return replica.apply(new RoomName(room), act).invoke(this::check);
    }

    private void check(Outcome outcome) {
        switch (outcome.verdict()) {
            case FULL -> throw new Problem(
                    503, "full", "The room, or your share of it, is full", replica.config().heartbeat());
            case NO_TYPING -> throw new Problem(
                    409,
                    "no_typing",
                    "Typing is not shown in rooms of more than "
                            + replica.config().typing().maxPeople() + " people");
            default -> {}
        }
    }

    private Person person(HttpServerRequest request) {
        return identity.of(request.query());
    }

    private static Response told(String header, Duration every) {
        return Response.noContent().header(header, every.toSeconds()).build();
    }

    private static Response done() {
        return Response.noContent().build();
    }
}
