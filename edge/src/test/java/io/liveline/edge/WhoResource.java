package io.liveline.edge;

import java.util.List;
import java.util.Map;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;

import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Permissions;
import io.liveline.edge.gate.StrictJsonReader;
import io.liveline.edge.longlived.LongLivedResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Service of the tests, with a REST resource and other routes. */
@Path("/who")
public class WhoResource {

    /** Body of any content. */
    record Body(Object text) {}

    private final StrictJsonReader json;

    WhoResource(StrictJsonReader json) {
        this.json = json;
    }

    void add(@Observes Router router) {
        router.get("/plain/who")
                .handler(context -> context.end(Caller.of(context).person().name()));
        // An upgrade needs no more than this.
        router.get("/plain/upgrade")
                .handler(context -> context.end(Caller.of(context).person().name()));
        router.get("/plain/forever")
                .handler(context -> context.response().setChunked(true).write("begun"));
        router.get("/plain/held").handler(WhoResource::hold);
        router.get("/plain/stream").handler(WhoResource::stream);
    }

    private static void stream(RoutingContext context) {
        long millis = Long.parseLong(context.request().getParam("millis"));
        LongLivedResponse held = new LongLivedResponse(context);
        held.response().setChunked(true).write("begun");
        held.begun();
        context.vertx().setTimer(millis, id -> held.response().end("ended"));
    }

    private static void hold(RoutingContext context) {
        long millis = Long.parseLong(context.request().getParam("millis"));
        String name = Caller.of(context).person().name();
        LongLivedResponse held = new LongLivedResponse(context);
        context.vertx().setTimer(millis, id -> held.response().end(name));
    }

    @GET
    public String who(RoutingContext context) {
        return Caller.of(context).person().name();
    }

    @DELETE
    public String deleteWithoutBody(RoutingContext context) {
        return who(context);
    }

    @GET
    @Path("/rooms/{room}")
    public Map<String, Boolean> may(@PathParam("room") String room, RoutingContext context) {
        Permissions rights = Caller.of(context).rights();
        RoomName name = new RoomName(room);
        return Map.of(
                "join", rights.mayJoin(name),
                "post", rights.mayPost(name),
                "moderate", rights.mayModerate(name),
                "write", rights.mayWrite(room));
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    public List<Object> read(byte[] body, RoutingContext context) {
        Body read = json.required(context, body, Body.class);
        return List.of(Caller.of(context).requirePerson().user(), read.text());
    }
}
