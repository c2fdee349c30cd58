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
 * {@code GET /rooms/{room}/presence}: plain poll and long-poll. A route of its own, as most requests of the service are
 * this one, and none needs more than a look and a place to wait.
 */
@Singleton
final class PresencePollRoute {

    private static final int MAX_KNOWN = 256;
    private static final String BEFORE_TAG = ": \"";

    /**
     * What is asked, but for what the client knows.
     *
     * @param asker left out of the sentence about who types; null for a guest without a name, who may look, too
     * @param waitSeconds how long the client would wait for a change; negative for not at all
     * @param expiresMillis when its token ends
     */
    private record Question(RoomName room, Person asker, int waitSeconds, long expiresMillis) {}

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
            Question question = new Question(
                    room, caller.person(), wait == null ? -1 : (int) wait.toSeconds(), caller.expiresMillis());
            ask(
                    question,
                    known,
                    polls.reply(
                            context,
                            caller,
                            wait,
                            BEFORE_TAG,
                            tag(known),
                            (tag, reply) -> ask(question, '"' + tag + '"', reply)));
        } catch (ProblemException | BusUnavailableException refusal) {
            ProblemResponses.answer(context.request(), refusal);
        }
    }

    private void ask(Question question, String known, PollReply reply) {
        long now = replica.now();
        WatchedRoom held = replica.rooms().held(question.room());
        RosterView view = held == null ? null : held.view();
        if (view != null) {
            held.used(now);
            PresencePoll poll =
                    new PresencePoll(held, question.asker(), known, question.waitSeconds(), now, false, reply);
            if (known == null || (poll.knows(view) && !poll.waits())) {
                poll.answer(view);
                return;
            }
        }
        park(question, known, reply, now);
    }

    private void park(Question question, String known, PollReply reply, long now) {
        Person asker = question.asker();
        ConcurrencyLimit places = replica.places();
        places.take(asker);
        WatchedRoom room;
        try {
            room = replica.rooms().enter(question.room());
        } catch (ProblemException full) {
            places.giveBack(asker);
            throw full;
        }
        long longest = question.waitSeconds() > 0
                ? question.waitSeconds() * 1000L
                : replica.config().polls().answerWithin().toMillis();
        long left = replica.left(question.expiresMillis());
        boolean expires = left <= longest;
        long deadline = now + Math.min(left, longest);
        PresencePoll poll = new PresencePoll(room, asker, known, question.waitSeconds(), deadline, expires, reply);
        EventLoopPolls waiting = replica.waiting().of(reply.loop());
        waiting.park(poll);
        // A client that goes away frees its place at once.
        reply.whenGone(() -> waiting.leave(poll));
        RosterView view = room.view();
        if (view != null && poll.knows(view)) {
            poll.settle();
        } else {
            replica.rooms().run(room::confirm);
        }
    }

    /**
     * The tag in {@code If-None-Match}, which is what this service's polls differ in; null when there is not just one.
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
            throw ProblemException.bad("bad_tag", "If-None-Match takes the ETag of the last answer");
        }
        return known;
    }
}
