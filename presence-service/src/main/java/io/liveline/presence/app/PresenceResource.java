package io.liveline.presence.app;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.StrictJsonReader;
import io.liveline.edge.room.RoomClasses;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.PresenceCommand;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** REST resource of heartbeats, leaving and typing. */
@Path("/")
final class PresenceResource {

    /** @param state presence state; null for active */
    @RegisterForReflection
    record Heartbeat(Presence.State state) {

        /** Defaults to active. */
        Heartbeat {
            state = state == null ? Presence.State.ACTIVE : state;
        }
    }

    /**
     * Heartbeat in several rooms.
     * @param rooms names of the rooms; duplicates count once
     */
    @RegisterForReflection
    record Batch(List<String> rooms, Presence.State state) {

        Heartbeat heartbeat() {
            return new Heartbeat(state);
        }

        /** @throws ProblemException 400 {@code bad_rooms}, {@code bad_room} */
        Set<RoomName> rooms(int most) {
            if (rooms == null || rooms.isEmpty() || rooms.size() > most) {
                throw ProblemException.bad("bad_rooms", "rooms must contain the names of 1 to " + most + " rooms");
            }
            Set<RoomName> names = new LinkedHashSet<>();
            rooms.forEach(room -> names.add(new RoomName(room)));
            return names;
        }
    }

    /** Rooms that rejected the heartbeat because they are full. */
    @RegisterForReflection
    record Full(List<String> full) {}

    private final PresenceReplica replica;
    private final StrictJsonReader json;
    private final RoomClasses rooms;

    PresenceResource(PresenceReplica replica, StrictJsonReader json, RoomClasses rooms) {
        this.json = json;
        this.replica = replica;
        this.rooms = rooms;
    }

    @PUT
    @Path("/rooms/{room}/presence")
    @Consumes(MediaType.WILDCARD)
    public Uni<Response> here(
            @PathParam("room") String room,
            @QueryParam("tab") @DefaultValue("") String tab,
            byte[] body,
            RoutingContext context) {
        Heartbeat heartbeat = json.optional(context, body, Heartbeat.class).orElseGet(() -> new Heartbeat(null));
        Caller caller = Caller.of(context);
        RoomName name = new RoomName(room);
        caller.rights().requireJoin(name);
        return apply(name, new PresenceCommand.Here(caller.requirePerson(), tab, heartbeat.state()))
                .replaceWith(
                        () -> withInterval(Response.noContent(), "Liveline-Heartbeat", replica.config.heartbeat()));
    }

    /** Applies a heartbeat in several rooms; answers 204, or 200 with the rooms that are full. */
    @PUT
    @Path("/presence")
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> hereInAll(
            @QueryParam("tab") @DefaultValue("") String tab, byte[] body, RoutingContext context) {
        Batch batch = json.required(context, body, Batch.class);
        Set<RoomName> rooms = batch.rooms(replica.config.maxBatch());
        Caller caller = Caller.of(context);
        rooms.forEach(caller.rights()::requireJoin);
        PresenceCommand command = new PresenceCommand.Here(
                caller.requirePerson(), tab, batch.heartbeat().state());
        return Uni.join()
                .all(rooms.stream().map(room -> replica.apply(room, command)).toList())
                .andFailFast()
                .map(results -> {
                    List<String> full = results.stream()
                            .filter(result -> !result.verdict().tookEffect())
                            .map(result -> result.room().text())
                            .toList();
                    Response.ResponseBuilder answer = full.isEmpty()
                            ? Response.noContent()
                            : Response.ok(new Full(full), MediaType.APPLICATION_JSON);
                    return withInterval(answer, "Liveline-Heartbeat", replica.config.heartbeat());
                });
    }

    @DELETE
    @Path("/rooms/{room}/presence")
    public Uni<Response> leave(
            @PathParam("room") String room, @QueryParam("tab") @DefaultValue("") String tab, RoutingContext context) {
        String user = Caller.of(context).requirePerson().user();
        return apply(new RoomName(room), new PresenceCommand.Leave(user, tab)).replaceWith(PresenceResource::done);
    }

    @PUT
    @Path("/rooms/{room}/typing")
    public Uni<Response> typing(@PathParam("room") String room, RoutingContext context) {
        Caller caller = Caller.of(context);
        RoomName name = new RoomName(room);
        caller.rights().requirePost(name);
        if (!rooms.of(name).typing()) {
            throw new ProblemException(409, "no_typing", "Typing is not shown in this room");
        }
        return apply(name, new PresenceCommand.Typing(caller.requirePerson()))
                .replaceWith(() -> withInterval(
                        Response.noContent(),
                        "Liveline-Typing",
                        replica.config.typing().repeat()));
    }

    @DELETE
    @Path("/rooms/{room}/typing")
    public Uni<Response> idle(@PathParam("room") String room, RoutingContext context) {
        String user = Caller.of(context).requirePerson().user();
        return apply(new RoomName(room), PresenceCommand.Idle.now(user)).replaceWith(PresenceResource::done);
    }

    private Uni<CommandResult> apply(RoomName room, PresenceCommand command) {
        return replica.apply(room, command).invoke(this::check);
    }

    private void check(CommandResult result) {
        switch (result.verdict()) {
            case FULL ->
                throw ProblemException.full(
                        "The room is full, or you have too many tabs in it", replica.config.heartbeat());
            case NO_TYPING ->
                throw new ProblemException(
                        409,
                        "no_typing",
                        "Typing is not shown in rooms of more than "
                                + replica.config.typing().maxPeople() + " people");
            default -> {}
        }
    }

    private static Response withInterval(Response.ResponseBuilder answer, String header, Duration every) {
        return answer.header(header, every.toSeconds()).build();
    }

    private static Response done() {
        return Response.noContent().build();
    }
}
