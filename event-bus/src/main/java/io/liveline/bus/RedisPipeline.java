package io.liveline.bus;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * The commands of one turn of the bus's event loop go to a server in one write: the client makes a system call for each
 * that it is given alone. What the client does not tell is whose error it was, and what the others were answered. So only
 * commands that may be asked again are held for it. Confined to the loop.
 */
final class RedisPipeline {

    /** A command in the same write failed, perhaps this one: it is to be asked again. */
    static final class UnclearException extends RuntimeException {

        private static final long serialVersionUID = 1;

        UnclearException(Throwable cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    private record Asked(Request request, Promise<Response> answer) {}

    private final RedisLink link;
    private final Context loop;
    private final BusConfig.Redis config;
    private final BusMeters meters;
    private List<Asked> turn = new ArrayList<>();
    private long aloneUntilNanos = System.nanoTime();

    RedisPipeline(RedisLink link, Context loop, BusConfig.Redis config, BusMeters meters) {
        this.link = link;
        this.loop = loop;
        this.config = config;
        this.meters = meters;
    }

    /**
     * Sends a command behind all that were sent before: at once, or at the end of this turn.
     *
     * @param withOthers whether it may be held, and fail with an {@link UnclearException}
     */
    Future<Response> send(Request request, boolean withOthers) {
        if (!withOthers || System.nanoTime() - aloneUntilNanos < 0) {
            flush();
            return link.send(request);
        }
        Promise<Response> answer = Promise.promise();
        turn.add(new Asked(request, answer));
        if (turn.size() >= config.commandsAtOnce()) {
            flush();
        } else if (turn.size() == 1) {
            loop.runOnContext(nothing -> flush());
        }
        return answer.future();
    }

    private void flush() {
        List<Asked> all = turn;
        turn = new ArrayList<>();
        if (all.size() < 2) {
            all.forEach(asked -> link.send(asked.request).onComplete(asked.answer));
            return;
        }
        link.send(all.stream().map(Asked::request).toList())
                .onComplete(result -> loop.runOnContext(nothing -> {
                    if (result.succeeded()) {
                        for (int i = 0; i < all.size(); i++) {
                            all.get(i).answer.complete(result.result().get(i));
                        }
                    } else {
                        aloneUntilNanos =
                                System.nanoTime() + config.aloneAfterError().toNanos();
                        meters.unclear(all.size());
                        all.forEach(asked -> asked.answer.fail(new UnclearException(result.cause())));
                    }
                }));
    }
}
