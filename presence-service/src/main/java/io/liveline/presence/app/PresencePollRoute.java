package io.liveline.presence.app;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.BusUnavailableException;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.liveline.edge.gate.AllowedMethods;
import io.liveline.edge.http.AcceptHeader;
import io.liveline.edge.http.HeaderList;
import io.liveline.edge.http.PreferHeader;
import io.liveline.edge.http.QueryParameters;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.edge.longlived.LongLivedResponse;
import io.liveline.edge.longlived.PollReply;
import io.liveline.edge.longlived.PollRequest;
import io.liveline.edge.longlived.PollResponder;
import io.liveline.presence.roster.RosterView;
import io.liveline.presence.watch.EventLoopPolls;
import io.liveline.presence.watch.PresencePoll;
import io.liveline.presence.watch.WatchedRoom;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Route of {@code GET /rooms/{room}/presence}: plain poll and long-poll. Separate from Quarkus REST, because most
 * requests of the service use it and need only a lookup and a place to wait.
 */
@Singleton
final class PresencePollRoute {

    private static final int MAX_KNOWN = 256;

    /**
     * Request without the state that the client has. A guest without a name may read, too.
     *
     * @param maxWait maximum time to wait for a change; null for a plain poll
     */
    private record Query(RoomName room, Caller caller, Duration maxWait, PresencePollRoute route)
            implements PollRequest {

        @Override
        public boolean isLast() {
            return route.replica.isDraining();
        }

        @Override
        public void answer(String known, PollReply reply) {
            route.answer(this, known, reply);
        }

        int waitSeconds() {
            return maxWait == null ? -1 : (int) maxWait.toSeconds();
        }
    }

    private final PresenceReplica replica;
    private final PollResponder responder;

    PresencePollRoute(PresenceReplica replica, PollResponder responder) {
        this.replica = replica;
        this.responder = responder;
    }

    void add(@Observes Router router) {
        router.route("/rooms/:room/presence")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::get);
        AllowedMethods.of(router, "/presence", HttpMethod.PUT);
        AllowedMethods.of(router, "/rooms/:room/presence", HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE);
        AllowedMethods.of(router, "/rooms/:room/typing", HttpMethod.PUT, HttpMethod.DELETE);
    }

    private void get(RoutingContext context) {
        try {
            HttpServerRequest request = context.request();
            QueryParameters.requireKnown(request, Set.of());
            AcceptHeader.of(request).require(AcceptHeader.JSON);
            RoomName room = new RoomName(context.pathParam("room"));
            Caller caller = Caller.of(context);
            caller.rights().requireJoin(room);
            String known = known(request);
            Duration wait = PreferHeader.wait(request).orElse(null);
            if (replica.isDraining()) {
                LongLivedResponse.closeBehind(request);
            }
            responder.respond(context, new Query(room, caller, wait, this), known);
        } catch (ProblemException | BusUnavailableException refusal) {
            ProblemResponses.answer(context.request(), refusal);
        }
    }

    private void answer(Query query, String known, PollReply reply) {
        long now = replica.now();
        WatchedRoom watched = replica.rooms.watched(query.room());
        RosterView view = watched == null ? null : watched.view();
        if (view != null) {
            watched.used(now);
            PresencePoll poll =
                    new PresencePoll(watched, query.caller().person(), known, query.waitSeconds(), now, false, reply);
            if (known == null || (poll.knows(view) && !poll.waits())) {
                poll.answer(view);
                return;
            }
        }
        park(query, known, reply, now);
    }

    private void park(Query query, String known, PollReply reply, long now) {
        Person person = query.caller().person();
        ConcurrencyLimit places = replica.places;
        places.take(person);
        WatchedRoom room;
        try {
            room = replica.rooms.enter(query.room());
        } catch (ProblemException full) {
            places.giveBack(person);
            throw full;
        }
        long longest = query.waitSeconds() > 0
                ? query.waitSeconds() * 1000L
                : replica.config.polls().answerWithin().toMillis();
        long left = replica.left(query.caller().expiresMillis());
        boolean expires = left <= longest;
        long deadline = now + Math.min(left, longest);
        PresencePoll poll = new PresencePoll(room, person, known, query.waitSeconds(), deadline, expires, reply);
        EventLoopPolls waiting = replica.waiting.of(reply.loop());
        waiting.park(poll);
        // A disconnected client frees its place at once.
        reply.whenGone(() -> waiting.leave(poll));
        RosterView view = room.view();
        if (view != null && poll.knows(view)) {
            poll.confirm();
        } else {
            replica.rooms.run(room::confirm);
        }
    }

    private static String known(HttpServerRequest request) {
        String known = HeaderList.line(request.headers(), HttpHeaders.IF_NONE_MATCH);
        if (Optional.ofNullable(known).map(String::length).orElse(0) > MAX_KNOWN) {
            throw ProblemException.bad("bad_tag", "If-None-Match must be the ETag of the last answer");
        }
        return known;
    }
}
