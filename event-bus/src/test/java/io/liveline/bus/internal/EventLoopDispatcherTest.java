package io.liveline.bus.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventLoopDispatcherTest {

    private final Vertx vertx = Vertx.vertx();
    private final Vertx callers = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final EventLoopDispatcher dispatcher = new EventLoopDispatcher(loop);

    @AfterEach
    void stop() {
        Future.join(vertx.close(), callers.close())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void callsOfOneTurnRunTogetherAndInOrder() throws Exception {
        List<Integer> done = new ArrayList<>();
        CompletableFuture<List<Integer>> afterTheFirst = new CompletableFuture<>();
        callers.getOrCreateContext().runOnContext(nothing -> {
            for (int i = 0; i < 5; i++) {
                int index = i;
                call(() -> {
                    done.add(index);
                    if (index == 0) {
                        loop.runOnContext(next -> afterTheFirst.complete(List.copyOf(done)));
                    }
                });
                // Long enough for the bus's event loop to run the step, had it been dispatched already.
                LockSupport.parkNanos(20_000_000);
            }
        });
        assertThat(afterTheFirst.get(10, TimeUnit.SECONDS)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void callsFromOtherThreadsRunOnTheEventLoop() throws Exception {
        CompletableFuture<Boolean> onTheLoop = new CompletableFuture<>();
        call(() -> onTheLoop.complete(Vertx.currentContext() == loop));
        assertThat(onTheLoop.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private void call(Runnable step) {
        dispatcher
                .call(() -> {
                    step.run();
                    return Future.succeededFuture();
                })
                .subscribe()
                .with(nothing -> {});
    }
}
