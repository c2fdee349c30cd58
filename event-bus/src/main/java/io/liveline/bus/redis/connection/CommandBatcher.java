package io.liveline.bus.redis.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.redis.command.BatchedScriptCall;
import io.liveline.bus.redis.command.ScriptCall;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * The commands of one turn of the bus's event loop go to a server in one write: the client makes a system call for each
 * that it is given alone. Those that can be one call become one, which costs Redis far less than each for itself. What
 * the client does not tell is whose error it was, and what the others were answered. So only commands that may be asked
 * again are held for it. Confined to the loop.
 */
final class CommandBatcher {

    /** A command in the same write failed, perhaps this one: it is to be asked again. */
    static final class UnclearException extends RuntimeException {

        private static final long serialVersionUID = 1;

        UnclearException(Throwable cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    private record Asked(ScriptCall call, Promise<Response> answer) {}

    private final ReconnectingConnection link;
    private final Context loop;
    private final BusConfig.Redis config;
    private final BusMeters meters;
    private List<Asked> turn = new ArrayList<>();
    private long aloneUntilNanos = System.nanoTime();

    CommandBatcher(ReconnectingConnection link, Context loop, BusConfig.Redis config, BusMeters meters) {
        this.link = link;
        this.loop = loop;
        this.config = config;
        this.meters = meters;
    }

    /** Sends a command at once, behind all that were sent before. */
    Future<Response> send(Request request) {
        flush();
        return link.send(request);
    }

    /**
     * Calls a script behind all that was sent before: at once, or at the end of this turn.
     *
     * @param withOthers whether it may be held, and fail with an {@link UnclearException}
     */
    Future<Response> send(ScriptCall call, boolean withOthers) {
        if (!withOthers || System.nanoTime() - aloneUntilNanos < 0) {
            return send(call.request()).map(reply -> call.answer(reply, 0));
        }
        Promise<Response> answer = Promise.promise();
        turn.add(new Asked(call, answer));
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
            all.forEach(asked -> link.send(asked.call.request())
                    .map(reply -> asked.call.answer(reply, 0))
                    .onComplete(asked.answer));
            return;
        }
        List<BatchedScriptCall> calls = joined(all);
        link.send(calls.stream().map(BatchedScriptCall::request).toList())
                .onComplete(result -> loop.runOnContext(nothing -> {
                    if (result.succeeded()) {
                        for (int i = 0; i < calls.size(); i++) {
                            calls.get(i).complete(result.result().get(i));
                        }
                    } else {
                        aloneUntilNanos =
                                System.nanoTime() + config.aloneAfterError().toNanos();
                        meters.unclear(all.size());
                        all.forEach(asked -> asked.answer.fail(new UnclearException(result.cause())));
                    }
                }));
    }

    /** What can be one call becomes one, unless something else was asked of the same topic in between. */
    private static List<BatchedScriptCall> joined(List<Asked> all) {
        List<BatchedScriptCall> calls = new ArrayList<>();
        Map<String, BatchedScriptCall> newest = new HashMap<>();
        for (Asked asked : all) {
            BatchedScriptCall before = newest.get(asked.call.key());
            if (before == null || !before.takes(asked.call, asked.answer)) {
                BatchedScriptCall next = new BatchedScriptCall(asked.call, asked.answer);
                calls.add(next);
                newest.put(asked.call.key(), next);
            }
        }
        return calls;
    }
}
