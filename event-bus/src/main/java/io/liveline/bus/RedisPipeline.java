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
 * that it is given alone. Confined to the loop.
 */
final class RedisPipeline {

    // How many go in one write at most.
    private static final int LONGEST = 64;

    private record Asked(Request request, Promise<Response> answer) {}

    private final RedisLink link;
    private final Context loop;
    private List<Asked> turn = new ArrayList<>();

    RedisPipeline(RedisLink link, Context loop) {
        this.link = link;
        this.loop = loop;
    }

    /**
     * Sends a command behind all that were sent before, in this turn at the latest.
     *
     * @param repeatable whether it may be sent twice
     */
    Future<Response> send(Request request, boolean repeatable) {
        if (!repeatable) {
            flush();
            return link.send(request);
        }
        Promise<Response> answer = Promise.promise();
        turn.add(new Asked(request, answer));
        if (turn.size() == LONGEST) {
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
            alone(all);
            return;
        }
        link.send(all.stream().map(Asked::request).toList()).onComplete(result -> {
            if (result.succeeded()) {
                for (int i = 0; i < all.size(); i++) {
                    all.get(i).answer.complete(result.result().get(i));
                }
            } else {
                // Somebody's error is told as everybody's: each is asked again for its own.
                loop.runOnContext(nothing -> alone(all));
            }
        });
    }

    private void alone(List<Asked> all) {
        all.forEach(asked -> link.send(asked.request).onComplete(asked.answer));
    }
}
