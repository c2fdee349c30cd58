package io.liveline.dashboard;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.Cursor;
import io.liveline.edge.Caller;
import io.liveline.edge.Cursors;
import io.liveline.edge.Problem;
import io.liveline.edge.Problems;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code GET /counters/stream}: a route of its own, as its answers are written by the thousand. */
@Singleton
final class StreamRoute {

    private final Replica replica;

    StreamRoute(Replica replica) {
        this.replica = replica;
    }

    void add(@Observes Router router) {
        router.get("/counters/stream").handler(this::stream);
    }

    private void stream(RoutingContext context) {
        HttpServerRequest request = context.request();
        try {
            DashboardConfig config = replica.config();
            Caller caller = Caller.of(context);
            Names names = Names.of(request.getParam("names"), config.maxNames()).to(caller.rights());
            int fastest = (int) Math.max(1, 1000 / config.streams().conflation().toMillis());
            int rate = rate(request.getParam("rate"), fastest);
            replica.streams().open(context, names, rate, position(request), caller.expiresMillis());
        } catch (RuntimeException refusal) {
            Problems.answer(context.response(), refusal);
        }
    }

    /** The header is what a browser sends when it comes back; it cannot set one when it begins, hence the parameter. */
    private static Cursor position(HttpServerRequest request) {
        String header = request.getHeader("Last-Event-ID");
        return Cursors.parse(header != null ? header : request.getParam("after"));
    }

    private static int rate(String text, int fastest) {
        if (text == null) {
            return fastest;
        }
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1) {
            throw Problem.bad("bad_rate", "rate takes a whole number of events a second, 1 or more");
        }
        return Math.min(fastest, Integer.parseInt(text));
    }
}
