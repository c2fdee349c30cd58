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

/** How the one event loop that a bus is confined to is asked from any other: it answers where it was asked. */
public final class EventLoopDispatcher {

    private final Context context;
    // What was asked in this turn of an event loop, by its thread, and is not handed over yet.
    private final FastThreadLocal<List<Runnable>> asked = new FastThreadLocal<>() {
        @Override
        protected List<Runnable> initialValue() {
            return new ArrayList<>();
        }
    };

    public EventLoopDispatcher(Context context) {
        this.context = context;
    }

    /**
     * Takes a step on the bus's event loop each time that it is subscribed to.
     *
     * @return what came of it, on the Vert.x context of the subscriber; on the bus's own where that has none
     */
    public <T> Uni<T> ask(Supplier<Future<T>> step) {
        return Uni.createFrom().emitter(emitter -> {
            // Quarkus REST goes on with a request on its own context in any case. Told on another it first takes locks
            // that its own is waiting for by then: a tenth of the CPU of an increment.
            Context asker = Vertx.currentContext();
            handOver(asker, () -> taken(step).onComplete(result -> {
                if (asker == null) {
                    tell(emitter, result);
                } else {
                    asker.runOnContext(there -> tell(emitter, result));
                }
            }));
        });
    }

    /**
     * What was asked in one turn of an event loop goes over together, when that is over. One by one, the first would be
     * told to everybody while the others are still being read, and cost each listener a write of its own. How many
     * these are is bounded by what a connection may have under way, and by how many are read in a turn.
     */
    private void handOver(Context asker, Runnable step) {
        // What runs on a loop's thread past Vert.x has no context either.
        if (asker == null || !Context.isOnEventLoopThread()) {
            context.runOnContext(nothing -> step.run());
            return;
        }
        List<Runnable> steps = asked.get();
        steps.add(step);
        if (steps.size() == 1) {
            asker.runOnContext(nothing -> {
                List<Runnable> turn = List.copyOf(steps);
                steps.clear();
                context.runOnContext(there -> turn.forEach(Runnable::run));
            });
        }
    }

    private static <T> Future<T> taken(Supplier<Future<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static <T> void tell(UniEmitter<? super T> emitter, AsyncResult<T> result) {
        if (result.succeeded()) {
            emitter.complete(result.result());
        } else {
            emitter.fail(result.cause());
        }
    }
}
