package io.liveline.edge;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.edge.auth.Caller;
import io.liveline.edge.longlived.PollReply;
import io.liveline.edge.longlived.PollRequest;
import io.liveline.edge.longlived.PollResponder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Route of polls that are answered after some milliseconds with the caller and the position. A position begins with
 * {@code ~}, so that nothing else in a request looks like it. The positions {@code never}, {@code refused}, {@code twice}, {@code slow}, {@code last} and {@code same} are answered in these ways.
 */
@Singleton
public class PlainPolls {

    private final PollResponder responder;
    public final AtomicInteger gone = new AtomicInteger();

    PlainPolls(PollResponder responder) {
        this.responder = responder;
    }

    void add(@Observes Router router) {
        router.get("/plain/polls/:millis").handler(this::poll);
    }

    private void poll(RoutingContext context) {
        Request request = new Request(Caller.of(context), Long.parseLong(context.pathParam("millis")), gone);
        try {
            responder.respond(context, request, context.request().getParam("after"));
        } catch (ProblemException refused) {
            ProblemResponses.answer(context.request(), refused);
        }
    }

    private static final class Request implements PollRequest {

        private final Caller caller;
        private final long millis;
        private final AtomicInteger gone;
        private boolean last;

        Request(Caller caller, long millis, AtomicInteger gone) {
            this.caller = caller;
            this.millis = millis;
            this.gone = gone;
        }

        @Override
        public Caller caller() {
            return caller;
        }

        @Override
        public Duration maxWait() {
            return Duration.ofSeconds(7);
        }

        @Override
        public boolean isLast() {
            return last;
        }

        @Override
        public void answer(String marked, PollReply reply) {
            String position = marked.substring(1);
            if (position.equals("bad")) {
                throw ProblemException.bad("bad_cursor", "not a position");
            }
            last = position.equals("last");
            reply.whenGone(gone::incrementAndGet);
            String tag = '"' + position + '"';
            byte[] text = (caller.person().name() + ' ' + position).getBytes(StandardCharsets.UTF_8);
            ByteBuf body = position.equals("same") ? null : Unpooled.wrappedBuffer(text);
            Runnable end =
                    switch (position) {
                        case "never" -> () -> {};
                        case "refused" -> () -> reply.refuse(new ProblemException(503, "unavailable", "Not now"));
                        case "twice" ->
                            () -> {
                                reply.answer(tag, body);
                                reply.answer(tag, body);
                                reply.refuse(new ProblemException(503, "unavailable", "Not now"));
                                reply.loop().schedule(() -> reply.answer(tag, body), 300, TimeUnit.MILLISECONDS);
                            };
                        default -> () -> reply.answer(tag, body);
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
}
