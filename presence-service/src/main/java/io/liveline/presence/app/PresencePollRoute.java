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
import io.liveline.edge.longlived.fastpath.PollFastPath;
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
    private static final String BEFORE_TAG = ": \"";

    /**
     * Request without the state that the client has.
     *
     * @param person person to leave out of the summary; null for a guest without a name, who may read too
     * @param waitSeconds maximum time to wait for a change; negative for a plain poll
     * @param expiresMillis expiry of the token, milliseconds since 1970
     */
    private record Query(RoomName room, Person person, int waitSeconds, long expiresMillis) {}

    private final PresenceReplica replica;
    private final PollFastPath polls;

    PresencePollRoute(PresenceReplica replica, PollFastPath polls) {
        this.replica = replica;
        this.polls = polls;
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
            Query query = new Query(
                    room, caller.person(), wait == null ? -1 : (int) wait.toSeconds(), caller.expiresMillis());
            answer(
                    query,
                    known,
                    polls.reply(
                            context,
                            caller,
                            wait,
                            BEFORE_TAG,
                            tag(known),
                            (tag, reply) -> answer(query, '"' + tag + '"', reply)));
        } catch (ProblemException | BusUnavailableException refusal) {
            ProblemResponses.answer(context.request(), refusal);
        }
    }

    private void answer(Query query, String known, PollReply reply) {
        long now = replica.now();
        WatchedRoom held = replica.rooms().held(query.room());
        RosterView view = held == null ? null : held.view();
        if (view != null) {
            held.used(now);
            PresencePoll poll = new PresencePoll(held, query.person(), known, query.waitSeconds(), now, false, reply);
            if (known == null || (poll.knows(view) && !poll.waits())) {
                poll.answer(view);
                return;
            }
        }
        park(query, known, reply, now);
    }

    private void park(Query query, String known, PollReply reply, long now) {
        Person person = query.person();
        ConcurrencyLimit places = replica.places();
        places.take(person);
        WatchedRoom room;
        try {
            room = replica.rooms().enter(query.room());
        } catch (ProblemException full) {
            places.giveBack(person);
            throw full;
        }
        long longest = query.waitSeconds() > 0
                ? query.waitSeconds() * 1000L
                : replica.config().polls().answerWithin().toMillis();
        long left = replica.left(query.expiresMillis());
        boolean expires = left <= longest;
        long deadline = now + Math.min(left, longest);
        PresencePoll poll = new PresencePoll(room, person, known, query.waitSeconds(), deadline, expires, reply);
        EventLoopPolls waiting = replica.waiting().of(reply.loop());
        waiting.park(poll);
        // A disconnected client frees its place at once.
        reply.whenGone(() -> waiting.leave(poll));
        RosterView view = room.view();
        if (view != null && poll.knows(view)) {
            poll.confirm();
        } else {
            replica.rooms().run(room::confirm);
        }
    }

    /**
     * Returns the tag in {@code If-None-Match}, the only part in which repeated polls differ; null unless there is
     * exactly one.
     */
    private static String tag(String known) {
        boolean isOne = known != null
                && known.length() > 2
                && known.charAt(0) == '"'
                && known.indexOf('"', 1) == known.length() - 1;
        return isOne ? known.substring(1, known.length() - 1) : null;
    }

    private static String known(HttpServerRequest request) {
        String known = HeaderList.line(request.headers(), HttpHeaders.IF_NONE_MATCH);
        if (Optional.ofNullable(known).map(String::length).orElse(0) > MAX_KNOWN) {
            throw ProblemException.bad("bad_tag", "If-None-Match must be the ETag of the last answer");
        }
        return known;
    }
}
