package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.bus.redis.command.RedisErrorCodes;
import io.liveline.bus.redis.command.ScriptCall;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.VertxInternals;
import io.liveline.bus.redis.connection.RedisBusContext;
import io.liveline.bus.redis.connection.RedisNode;
import io.liveline.bus.redis.connection.RedisNodes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;

/**
 * Queue of publishes and reads, pipelined on one connection to each server. Commands wait while the connection is down,
 * for at most {@link BusConfig#timeout()}; at most {@link BusConfig#maxPending()} are in progress. Confined to the
 * bus's event loop.
 */
final class CommandQueue {

    /** Retry policy of a command that received no answer of its own. */
    enum Retry {
        /** Never sent again, because it could run twice. It may or may not have taken effect. */
        NEVER,
        /** Sent again if the connection broke before the answer; running twice does no harm. */
        WHEN_LOST,
        /**
         * Sent again at any time: repeating it changes nothing and returns the same answer, whatever happened in
         * between. Such commands can be batched.
         */
        ALWAYS
    }

    /** A command in progress. */
    private static final class Pending {

        final ScriptCall call;
        final Retry retry;
        final long deadlineNanos;
        final Promise<Response> answer = Promise.promise();

        Pending(ScriptCall call, Retry retry, long deadlineNanos) {
            this.call = call;
            this.retry = retry;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final RedisBusContext bus;
    private final RedisNodes nodes;
    // In the order of deadlines, because all have the same timeout. Commands answered out of order are removed when
    // they reach the head.
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Pending> unsent = new ArrayDeque<>();
    private final Set<LuaScript> sourceSent = new HashSet<>();
    private int inProgress;

    CommandQueue(RedisBusContext bus, RedisNodes nodes) {
        this.bus = bus;
        this.nodes = nodes;
        bus.meters().pending(() -> inProgress);
    }

    /** Runs a script on the server that owns its keys. */
    Future<Response> eval(LuaScript script, List<String> keys, List<String> args, Retry retry) {
        // The first call of a script on a connection includes its source. Loading it in a separate step first would let
        // later commands overtake this one.
        ScriptCall call = new ScriptCall(script, keys, args, sourceSent.add(script));
        return send(call, retry)
                .recover(failure -> VertxInternals.isRedisError(failure)
                                && RedisErrorCodes.code(failure.getMessage()).equals("NOSCRIPT")
                        ? send(call.withSource(), retry)
                        : Future.failedFuture(failure));
    }

    private Future<Response> send(ScriptCall call, Retry retry) {
        int most = bus.config().maxPending();
        if (inProgress >= most) {
            bus.meters().refused.increment();
            return Future.failedFuture(new BusUnavailableException("The bus is overloaded; try again"));
        }
        inProgress++;
        Pending command = new Pending(
                call, retry, System.nanoTime() + bus.config().timeout().toNanos());
        if (pending.size() > 2 * most) {
            // A slow command at the head must not keep all later, answered ones in memory.
            pending.removeIf(other -> other.answer.future().isComplete());
        }
        pending.add(command);
        dispatch(command);
        return command.answer.future().onComplete(done -> inProgress--);
    }

    /** Sends the waiting commands over a new connection. Its server may not have the scripts. */
    void connected() {
        sourceSent.clear();
        resume();
    }

    /** Sends the waiting commands. */
    void resume() {
        for (int waiting = unsent.size(); waiting > 0; waiting--) {
            Pending command = unsent.poll();
            if (!command.answer.future().isComplete()) {
                dispatch(command);
            }
        }
    }

    /** Fails commands that have timed out; called several times a second. */
    void sweep(long nowNanos) {
        for (Pending first = pending.peek(); first != null; first = pending.peek()) {
            boolean answered = first.answer.future().isComplete();
            if (!answered && first.deadlineNanos - nowNanos >= 0) {
                return;
            }
            pending.poll();
            if (!answered) {
                first.answer.fail(new BusUnavailableException(
                        "The bus did not answer in time; the request may have taken effect, retry with the same id"));
                bus.meters().refused.increment();
            }
        }
    }

    void close() {
        sweep(Long.MAX_VALUE);
    }

    private void dispatch(Pending command) {
        RedisNode node = nodes.owner(SlotMap.slot(command.call.key()));
        if (node == null || !node.isUp()) {
            unsent.add(command);
            return;
        }
        node.send(command.call, command.retry == Retry.ALWAYS)
                .onComplete(result -> bus.run(() -> {
                    if (result.succeeded()) {
                        command.answer.tryComplete(result.result());
                    } else {
                        failed(command, result.cause());
                    }
                }));
    }

    private void failed(Pending command, Throwable failure) {
        if (VertxInternals.isRedisError(failure)) {
            boolean redirected = nodes.isCluster() && RedisErrorCodes.isRedirect(failure.getMessage());
            if (redirected) {
                // A slot that is moving (ASK) waits, too, until the move is complete: nobody subscribes at the new
                // server yet, so a message published there would be lost.
                nodes.markStale();
            }
            if (redirected || RedisErrorCodes.isTransient(failure.getMessage())) {
                // The command had no effect: the next resume() sends it again until it times out.
                unsent.add(command);
            } else if (RedisErrorCodes.isNoWrites(failure.getMessage())) {
                String code = RedisErrorCodes.code(failure.getMessage());
                reject(command, "The bus does not accept writes now (" + code + "); try again", failure);
            } else {
                command.answer.tryFail(failure);
            }
        } else if (command.retry != Retry.NEVER) {
            unsent.add(command);
        } else {
            reject(command, "The connection to the bus broke; the request may have taken effect", failure);
        }
    }

    private void reject(Pending command, String message, Throwable failure) {
        if (command.answer.tryFail(new BusUnavailableException(message, failure))) {
            bus.meters().refused.increment();
        }
    }
}
