package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.bus.redis.command.RedisErrorCodes;
import io.liveline.bus.redis.command.ScriptCall;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.connection.RedisNode;
import io.liveline.bus.redis.connection.RedisNodes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;

/**
 * Publishes and reads, pipelined on one connection to each server. While that is away they wait for it; none waits
 * longer than {@link BusConfig#timeout()}, and no more than {@link BusConfig#maxPending()} are under way. Confined to
 * the bus's event loop.
 */
final class CommandQueue {

    /** What may be done with a command that was not answered, or not for itself. */
    enum Again {
        /** Nothing: it would be done twice. Whether it took effect is not known. */
        NEVER,
        /** It is sent again when the connection broke before the answer: that does no harm. */
        WHEN_LOST,
        /**
         * It is sent again at any time: it does nothing more, and is answered as before, whatever happened meanwhile.
         * So it goes with others in one write.
         */
        ALWAYS
    }

    /** One command under way. */
    private static final class Pending {

        final ScriptCall call;
        final Again again;
        final long deadlineNanos;
        final Promise<Response> answer = Promise.promise();

        Pending(ScriptCall call, Again again, long deadlineNanos) {
            this.call = call;
            this.again = again;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final BusConfig config;
    private final BusMeters meters;
    private final RedisNodes nodes;
    private final Context loop;
    // In the order of their deadlines, as all have the same time; those answered out of order leave when they are
    // first.
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Pending> unsent = new ArrayDeque<>();
    private final Set<LuaScript> brought = new HashSet<>();
    private int underWay;

    CommandQueue(BusConfig config, BusMeters meters, RedisNodes nodes, Context loop) {
        this.config = config;
        this.meters = meters;
        this.nodes = nodes;
        this.loop = loop;
        meters.pending(() -> underWay);
    }

    /** Runs a script. */
    Future<Response> eval(LuaScript script, List<String> keys, List<String> args, Again again) {
        // Its first call over a connection brings its source. Had each to be asked for it first, what comes next could
        // overtake it.
        ScriptCall call = new ScriptCall(script, keys, args, brought.add(script));
        return send(call, again)
                .recover(failure -> failure instanceof ErrorType error && error.is("NOSCRIPT")
                        ? send(call.bringingSource(), again)
                        : Future.failedFuture(failure));
    }

    private Future<Response> send(ScriptCall call, Again again) {
        if (underWay >= config.maxPending()) {
            meters.refused();
            return Future.failedFuture(new BusUnavailableException("The bus has too much to do; try again"));
        }
        underWay++;
        Pending command =
                new Pending(call, again, System.nanoTime() + config.timeout().toNanos());
        if (pending.size() > 2 * config.maxPending()) {
            // One that waits long at the head must not keep all that were answered since.
            pending.removeIf(other -> other.answer.future().isComplete());
        }
        pending.add(command);
        dispatch(command);
        return command.answer.future().onComplete(done -> underWay--);
    }

    /** A connection is there, perhaps to a server that knows no scripts. */
    void connected() {
        brought.clear();
        resume();
    }

    /** Sends what waits. */
    void resume() {
        for (int waiting = unsent.size(); waiting > 0; waiting--) {
            Pending command = unsent.poll();
            if (!command.answer.future().isComplete()) {
                dispatch(command);
            }
        }
    }

    /** Fails what is past its time; called several times a second. */
    void sweep(long nowNanos) {
        for (Pending first = pending.peek(); first != null; first = pending.peek()) {
            boolean answered = first.answer.future().isComplete();
            if (!answered && first.deadlineNanos - nowNanos >= 0) {
                return;
            }
            pending.poll();
            if (!answered) {
                first.answer.fail(new BusUnavailableException(
                        "The bus did not answer in time; repeat with the same id, it may have been done"));
                meters.refused();
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
        node.send(command.call, command.again == Again.ALWAYS)
                .onComplete(result -> loop.runOnContext(nothing -> {
                    if (result.succeeded()) {
                        command.answer.tryComplete(result.result());
                    } else {
                        failed(command, result.cause());
                    }
                }));
    }

    private void failed(Pending command, Throwable failure) {
        if (failure instanceof ErrorType error && !isConnectionClosed(error)) {
            boolean elsewhere = nodes.isCluster() && RedisErrorCodes.isElsewhere(error.getMessage());
            if (elsewhere) {
                // Also what is on its way to another server waits until it has arrived, instead of being asked for
                // there: what would be published there before is heard by nobody.
                nodes.stale();
            }
            if (elsewhere || RedisErrorCodes.isPassing(error.getMessage())) {
                // Nothing was done: the next sweep's resume tries again, as long as there is time.
                unsent.add(command);
            } else if (RedisErrorCodes.isNoWrites(error.getMessage())) {
                String why = RedisErrorCodes.word(error.getMessage());
                refuse(command, "The bus takes nothing new now (" + why + "); try again", failure);
            } else {
                command.answer.tryFail(failure);
            }
        } else if (command.again != Again.NEVER) {
            unsent.add(command);
        } else {
            refuse(command, "The connection to the bus broke; it may have been done", failure);
        }
    }

    private void refuse(Pending command, String why, Throwable failure) {
        if (command.answer.tryFail(new BusUnavailableException(why, failure))) {
            meters.refused();
        }
    }

    private static boolean isConnectionClosed(ErrorType error) {
        return "CONNECTION_CLOSED".equals(error.getMessage());
    }
}
