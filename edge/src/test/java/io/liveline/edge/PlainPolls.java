package io.liveline.edge;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.auth.Caller;
import io.liveline.edge.longlived.PollReply;
import io.liveline.edge.longlived.fastpath.PollFastPath;
import io.netty.buffer.Unpooled;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Route of polls that are answered after some milliseconds with the caller and the position. The positions {@code
 * never}, {@code refused}, {@code twice}, {@code slow}, {@code last} and {@code same} are answered in these ways.
 */
@Singleton
public class PlainPolls {

    private final PollFastPath polls;
    public final AtomicInteger gone = new AtomicInteger();

    PlainPolls(PollFastPath polls) {
        this.polls = polls;
    }

    void add(@Observes Router router) {
        router.get("/plain/poll").handler(this::poll);
    }

    private void poll(RoutingContext context) {
        Caller caller = Caller.of(context);
        String after = context.request().getParam("after");
        long millis = Long.parseLong(context.request().getParam("millis"));
        PollFastPath.PollAction action = (position, reply) -> ask(caller, millis, position, reply);
        try {
            action.run(after, polls.reply(context, caller, Duration.ofSeconds(7), "after=", after, action));
        } catch (ProblemException refused) {
            ProblemResponses.answer(context.request(), refused);
        }
    }

    private void ask(Caller caller, long millis, String position, PollReply reply) {
        if (position.equals("bad")) {
            throw ProblemException.bad("bad_cursor", "not a position");
        }
        reply.whenGone(gone::incrementAndGet);
        byte[] body = (caller.person().name() + ' ' + position).getBytes(StandardCharsets.UTF_8);
        PollReply.Answer answer = new PollReply.Answer(
                '"' + position + '"', position.equals("same") ? null : Unpooled.wrappedBuffer(body));
        Runnable end =
                switch (position) {
                    case "never" -> () -> {};
                    case "refused" -> () -> reply.refuse(new ProblemException(503, "unavailable", "Not now"));
                    case "twice" ->
                        () -> {
                            reply.answer(answer);
                            reply.answer(answer);
                            reply.refuse(new ProblemException(503, "unavailable", "Not now"));
                            reply.loop().schedule(() -> reply.answerLast(answer), 300, TimeUnit.MILLISECONDS);
                        };
                    case "last" -> () -> reply.answerLast(answer);
                    default -> () -> reply.answer(answer);
                };
        if (position.equals("slow")) {
            reply.loop().schedule(end, 600, TimeUnit.MILLISECONDS);
        } else if (millis == 0) {
            end.run();
        } else {
            reply.loop().schedule(end, millis, TimeUnit.MILLISECONDS);
        }
    }
}
