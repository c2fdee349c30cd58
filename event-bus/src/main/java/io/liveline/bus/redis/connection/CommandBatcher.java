package io.liveline.bus.redis.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.redis.command.BatchedScriptCall;
import io.liveline.bus.redis.command.ScriptCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Batcher of the commands of one turn of the bus's event loop, which go to a server in one write: the client makes a
 * system call for each command that is sent alone. Calls that can be merged become one call, which costs Redis far less
 * than separate ones. If a command of a batch fails, the client reports neither which one nor the answers of the
 * others, so only commands that may be sent again are batched. Confined to the bus's event loop.
 */
final class CommandBatcher {

    private record QueuedCall(ScriptCall call, Promise<Response> answer) {}

    private final ReconnectingConnection connection;
    private final RedisBusContext bus;
    private List<QueuedCall> batch = new ArrayList<>();
    private long aloneUntilNanos = System.nanoTime();

    CommandBatcher(ReconnectingConnection connection, RedisBusContext bus) {
        this.connection = connection;
        this.bus = bus;
    }

    /** Sends a command at once, after all earlier ones. */
    Future<Response> send(Request request) {
        flush();
        return connection.send(request);
    }

    /**
     * Calls a script after all earlier commands: at once, or at the end of this batch.
     *
     * @param batched true if the call may be batched, and may then fail because of another call of the
     *     batch: it is to be sent again
     */
    Future<Response> send(ScriptCall call, boolean batched) {
        if (!batched || System.nanoTime() - aloneUntilNanos < 0) {
            return send(call.request()).map(reply -> call.answer(reply, 0));
        }
        Promise<Response> answer = Promise.promise();
        batch.add(new QueuedCall(call, answer));
        if (batch.size() >= bus.config().redis().commandsAtOnce()) {
            flush();
        } else if (batch.size() == 1) {
            bus.run(this::flush);
        }
        return answer.future();
    }

    private void flush() {
        List<QueuedCall> all = batch;
        batch = new ArrayList<>();
        if (all.size() < 2) {
            all.forEach(queued -> connection
                    .send(queued.call.request())
                    .map(reply -> queued.call.answer(reply, 0))
                    .onComplete(queued.answer));
            return;
        }
        List<BatchedScriptCall> calls = merge(all);
        connection
                .send(calls.stream().map(BatchedScriptCall::request).toList())
                .onComplete(result -> bus.run(() -> {
                    if (result.succeeded()) {
                        for (int i = 0; i < calls.size(); i++) {
                            calls.get(i).complete(result.result().get(i));
                        }
                    } else {
                        aloneUntilNanos = System.nanoTime()
                                + bus.config().redis().aloneAfterError().toNanos();
                        bus.meters().unclear.increment(all.size());
                        all.forEach(queued -> queued.answer.fail(result.cause().getMessage()));
                    }
                }));
    }

    /** Merges calls of one script on one topic, unless another call on that topic is in between. */
    private static List<BatchedScriptCall> merge(List<QueuedCall> all) {
        List<BatchedScriptCall> calls = new ArrayList<>();
        Map<String, BatchedScriptCall> newest = new HashMap<>();
        for (QueuedCall queued : all) {
            BatchedScriptCall before = newest.get(queued.call.key());
            if (before == null || !before.tryAdd(queued.call, queued.answer)) {
                BatchedScriptCall next = new BatchedScriptCall(queued.call, queued.answer);
                calls.add(next);
                newest.put(queued.call.key(), next);
            }
        }
        return calls;
    }
}
