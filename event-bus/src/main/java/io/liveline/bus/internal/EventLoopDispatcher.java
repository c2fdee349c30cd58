package io.liveline.bus.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.netty.util.concurrent.FastThreadLocal;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Dispatcher of calls from any thread to a bus's event loop; results return to the caller's Vert.x context. */
public final class EventLoopDispatcher {

    private final Context context;
    // Steps of the current turn of each calling event loop that are not dispatched yet.
    private final FastThreadLocal<List<Runnable>> queued = new FastThreadLocal<>() {
        @Override
        protected List<Runnable> initialValue() {
            return new ArrayList<>();
        }
    };

    public EventLoopDispatcher(Context context) {
        this.context = context;
    }

    /**
     * Runs a step on the bus's event loop on each subscription.
     *
     * @return the result, on the Vert.x context of the subscriber, or on the bus's context if the subscriber has none
     */
    public <T> Uni<T> call(Supplier<Future<T>> step) {
        return Uni.createFrom().emitter(emitter -> {
            // Quarkus REST continues a request on the request's own context in any case. A result on another context
            // makes it contend for locks with that one: a tenth of the CPU of an increment.
            Context caller = Vertx.currentContext();
            dispatch(
                    caller,
                    () -> Future.succeededFuture().compose(now -> step.get()).onComplete(result -> {
                        if (caller == null) {
                            complete(emitter, result);
                        } else {
                            caller.runOnContext(there -> complete(emitter, result));
                        }
                    }));
        });
    }

    /**
     * Dispatches all steps of one turn of an event loop together, at the end of the turn. Dispatched one by one, the
     * first event would be delivered while the others are still being read, and each would cost a separate write per
     * listener. Their number is bounded by the requests that a connection may have in progress, and by how many
     * requests are read in a turn.
     */
    private void dispatch(Context caller, Runnable step) {
        // Code that bypasses Vert.x can run on an event loop's thread without a context.
        if (caller == null || !Context.isOnEventLoopThread()) {
            context.runOnContext(nothing -> step.run());
            return;
        }
        List<Runnable> steps = queued.get();
        steps.add(step);
        if (steps.size() == 1) {
            caller.runOnContext(nothing -> {
                List<Runnable> turn = List.copyOf(steps);
                steps.clear();
                context.runOnContext(there -> turn.forEach(Runnable::run));
            });
        }
    }

    private static <T> void complete(UniEmitter<? super T> emitter, AsyncResult<T> result) {
        if (result.succeeded()) {
            emitter.complete(result.result());
        } else {
            emitter.fail(result.cause());
        }
    }
}
