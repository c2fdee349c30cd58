package io.liveline.chat.http;

import java.time.Duration;
import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.chat.replica.ChatContext;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.AllowedMethods;
import io.liveline.edge.http.AcceptHeader;
import io.liveline.edge.http.PreferHeader;
import io.liveline.edge.http.QueryParameters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Route of {@code GET /rooms/{room}/messages} for SSE and long-polls. A plain poll continues to {@link
 * MessagesResource}.
 */
@Singleton
final class MessageReadRoute {

    private static final Set<String> PARAMETERS = Set.of("after", "before", "limit");

    private final ChatContext replica;

    MessageReadRoute(ChatContext replica) {
        this.replica = replica;
    }

    void add(@Observes Router router) {
        router.route("/rooms/:room/messages")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::read);
        AllowedMethods.of(router, "/rooms/:room/messages", HttpMethod.GET, HttpMethod.POST);
        AllowedMethods.of(router, "/rooms/:room/messages/:message", HttpMethod.PATCH, HttpMethod.DELETE);
    }

    private void read(RoutingContext context) {
        HttpServerRequest request = context.request();
        try {
            QueryParameters.requireKnown(request, PARAMETERS);
            if (AcceptHeader.of(request)
                    .require(AcceptHeader.JSON, AcceptHeader.EVENT_STREAM)
                    .equals(AcceptHeader.EVENT_STREAM)) {
                RoomName room = new RoomName(context.pathParam("room"));
                RoomEventStream.open(context, room, reader(context, room), CursorParameter.position(request), replica);
                return;
            }
            Duration wait = PreferHeader.wait(request).orElse(Duration.ZERO);
            String after = request.getParam("after");
            Cursor cursor = CursorParameter.parse(after);
            // Without a cursor there is nothing to wait for: the newest page is returned at once.
            if (wait.isZero() || cursor == null || request.getParam("before") != null) {
                context.next();
                return;
            }
            int limit = MessagesResource.limit(request.getParam("limit"), replica.config());
            RoomName room = new RoomName(context.pathParam("room"));
            MessageLongPoll.park(context, new PageFraming(room, limit), reader(context, room), after, wait, replica);
        } catch (ProblemException | BusUnavailableException rejection) {
            replica.meters().refused.increment();
            ProblemResponses.answer(request, rejection);
        }
    }

    /**
     * Returns the caller, who may join the room. A guest may read without a name; with a name, the guest is listed as a
     * member.
     */
    private static Caller reader(RoutingContext context, RoomName room) {
        Caller caller = Caller.of(context);
        caller.rights().requireJoin(room);
        return caller;
    }
}
