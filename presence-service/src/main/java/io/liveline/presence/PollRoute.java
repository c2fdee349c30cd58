package io.liveline.presence;

import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.BusUnavailableException;
import io.liveline.edge.Caller;
import io.liveline.edge.HeldResponse;
import io.liveline.edge.Person;
import io.liveline.edge.Places;
import io.liveline.edge.Prefer;
import io.liveline.edge.Problem;
import io.liveline.edge.Problems;
import io.liveline.edge.RoomName;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code GET /rooms/{room}/presence}: plain poll and long-poll. A route of its own, as most requests of the service are
 * this one, and none needs more than a look and a place to wait.
 */
@Singleton
final class PollRoute {

    private static final int MAX_KNOWN = 256;

    private final Replica replica;

    PollRoute(Replica replica) {
        this.replica = replica;
    }

    void add(@Observes Router router) {
        router.get("/rooms/:room/presence").handler(this::get);
    }

    private void get(RoutingContext context) {
        try {
            HttpServerRequest request = context.request();
            RoomName room = new RoomName(context.pathParam("room"));
            Caller caller = Caller.of(context);
            caller.rights().requireJoin(room);
            int wait = Prefer.wait(request.getHeader("Prefer"))
                    .map(duration -> (int) duration.toSeconds())
                    .orElse(-1);
            if (replica.isDraining()) {
                HeldResponse.closeBehind(context.response());
            }
            poll(context, room, caller, known(request), wait);
        } catch (Problem | BusUnavailableException refusal) {
            Problems.answer(context.response(), refusal);
        }
    }

    private void poll(RoutingContext context, RoomName name, Caller caller, String known, int wait) {
        long now = replica.now();
        HeldRoom held = replica.rooms().held(name);
        View view = held == null ? null : held.view();
        if (view != null) {
            held.used(now);
            Poll poll = new Poll(held, caller.person(), known, wait, now, false, context.response());
            if (known == null || (poll.knows(view) && !poll.waits())) {
                poll.answer(view);
                return;
            }
        }
        park(context, name, caller, known, wait, now);
    }

    private void park(RoutingContext context, RoomName name, Caller caller, String known, int wait, long now) {
        // A guest may look without a name; who gives one is left out of the sentence about who types.
        Person asker = caller.person();
        Places places = replica.places();
        places.take(asker);
        HeldRoom room;
        try {
            room = replica.rooms().enter(name);
        } catch (Problem full) {
            places.giveBack(asker);
            throw full;
        }
        long longest = wait > 0
                ? wait * 1000L
                : replica.config().polls().answerWithin().toMillis();
        boolean expires = now + longest >= caller.expiresMillis();
        long deadline = expires ? Math.max(now, caller.expiresMillis()) : now + longest;
        HttpServerResponse response = HeldResponse.of(context).response();
        Poll poll = new Poll(room, asker, known, wait, deadline, expires, response);
        LoopPolls polls = replica.waiting().here();
        polls.park(poll);
        // A client that goes away frees its place at once.
        response.closeHandler(closed -> polls.leave(poll));
        View view = room.view();
        if (view != null && poll.knows(view)) {
            poll.settle();
        } else {
            replica.rooms().run(room::confirm);
        }
    }

    private static String known(HttpServerRequest request) {
        String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (Optional.ofNullable(known).map(String::length).orElse(0) > MAX_KNOWN) {
            throw Problem.bad("bad_tag", "If-None-Match takes the ETag of the last answer");
        }
        return known;
    }
}
