package io.liveline.chat.http;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.chat.message.ContentRules;
import io.liveline.chat.message.MessageEditor;
import io.liveline.chat.message.MessageHistory;
import io.liveline.chat.protocol.ClientFrame;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.chat.replica.ActivityPublisher;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.RawJson;
import io.liveline.edge.gate.StrictJsonReader;
import io.liveline.edge.http.QueryParameters;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** HTTP resource of a room's messages, with the same cursors as on the WebSocket. */
@Path("/rooms/{room}/messages")
final class MessagesResource {

    /** Body of a post or an edit. */
    @RegisterForReflection
    record Body(String text, String kind, RawJson data) {

        MessageContent content() {
            return new MessageContent(text, kind, data);
        }
    }

    /** Answer to a post, with the cursor of the message. */
    @RegisterForReflection
    record Posted(String room, String id, String cursor) {}

    /**
     * Answer to a change.
     *
     * @param cursor cursor of the event of the change
     */
    @RegisterForReflection
    record Changed(String room, String message, String cursor) {

        static Changed of(RoomName room, Cursor message, Cursor cursor) {
            return new Changed(room.text(), message.toString(), cursor.toString());
        }
    }

    private final EventBus bus;
    private final MessageHistory history;
    private final ContentRules rules;
    private final MessageEditor editor;
    private final ActivityPublisher activity;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final StrictJsonReader json;

    MessagesResource(
            EventBus bus,
            MessageHistory history,
            ContentRules rules,
            MessageEditor editor,
            ActivityPublisher activity,
            ChatConfig config,
            ChatMeters meters,
            StrictJsonReader json) {
        this.bus = bus;
        this.history = history;
        this.rules = rules;
        this.editor = editor;
        this.activity = activity;
        this.config = config;
        this.meters = meters;
        this.json = json;
    }

    /** Returns a page of history, oldest first: after {@code after}, before {@code before}, or the newest. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> history(
            @PathParam("room") String roomText,
            @QueryParam("after") String afterText,
            @QueryParam("before") String beforeText,
            @QueryParam("limit") String limitText,
            RoutingContext context) {
        RoomName room = new RoomName(roomText);
        Caller.of(context).rights().requireJoin(room);
        Cursor after = CursorParameter.parse(afterText);
        Cursor before = CursorParameter.parse(beforeText);
        int limit = limit(limitText, config);
        if (after != null && before != null) {
            throw ProblemException.bad("bad_cursor", "Use only one of the parameters after and before");
        }
        return history.read(room, after, before, limit).map(found -> Response.ok(found.json(room))
                .header("Cache-Control", "no-store")
                .build());
    }

    /** Posts a message, once for each author and {@code Idempotency-Key}. */
    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> post(
            @PathParam("room") String roomText,
            @HeaderParam("Idempotency-Key") String id,
            RoutingContext context,
            byte[] body) {
        MessageContent content = json.required(context, body, Body.class).content();
        Caller caller = Caller.of(context);
        caller.requirePerson();
        RoomName room = new RoomName(roomText);
        Draft draft = rules.draft(room, caller, id, content);
        return bus.publish(room.messages(), draft).map(cursor -> {
            meters.posts.increment();
            activity.room(room);
            return Response.status(201)
                    .entity(new Posted(room.text(), id, cursor.toString()))
                    .build();
        });
    }

    /** Changes the caller's own message, or any message for a moderator. */
    @PATCH
    @Path("/{message}")
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Changed> edit(
            @PathParam("room") String roomText,
            @PathParam("message") String messageText,
            @HeaderParam("Idempotency-Key") String id,
            RoutingContext context,
            byte[] body) {
        MessageContent content = json.required(context, body, Body.class).content();
        Caller caller = Caller.of(context);
        RoomName room = new RoomName(roomText);
        Cursor message = CursorParameter.parse(messageText);
        return editor.edit(room, caller, message, content, changeId(id))
                .map(cursor -> Changed.of(room, message, cursor));
    }

    /** Deletes the caller's own message, or any message for a moderator. */
    @DELETE
    @Path("/{message}")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Changed> delete(
            @PathParam("room") String roomText,
            @PathParam("message") String messageText,
            @HeaderParam("Idempotency-Key") String id,
            RoutingContext context) {
        Caller caller = Caller.of(context);
        RoomName room = new RoomName(roomText);
        Cursor message = CursorParameter.parse(messageText);
        return editor.delete(room, caller, message, changeId(id)).map(cursor -> Changed.of(room, message, cursor));
    }

    private static String changeId(String id) {
        if (id != null) {
            ClientFrame.Post.checkId(id);
        }
        return id;
    }

    /** Returns the number of messages of a page for this parameter; null for the default. */
    static int limit(String text, ChatConfig config) {
        return QueryParameters.count(
                "limit", text, config.page().standard(), config.page().largest());
    }
}
