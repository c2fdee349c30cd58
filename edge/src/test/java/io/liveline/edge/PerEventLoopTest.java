package io.liveline.edge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PerEventLoopTest {

    /** State that records on which loop it was created and used. */
    private record State(EventLoop loop, AtomicInteger ticks, AtomicInteger calls) {

        void tick() {
            assertThat(loop.inEventLoop()).isTrue();
            ticks.incrementAndGet();
        }

        void call() {
            if (loop.inEventLoop()) {
                calls.incrementAndGet();
            }
        }
    }

    private final EventLoop first = new DefaultEventLoop();
    private final EventLoop second = new DefaultEventLoop();
    private final List<State> created = new CopyOnWriteArrayList<>();
    private final PerEventLoop<State> loops = new PerEventLoop<>(1, this::create, State::tick);

    @AfterEach
    void stop() {
        first.shutdownGracefully();
        second.shutdownGracefully();
    }

    @Test
    void eachLoopHasOneStateOfItsOwn() throws Exception {
        State ofFirst = of(first);
        State ofSecond = of(second);
        assertThat(ofFirst.loop()).isSameAs(first);
        assertThat(ofSecond.loop()).isSameAs(second);
        assertThat(of(first)).isSameAs(ofFirst);
        assertThat(created).containsExactly(ofFirst, ofSecond);
        assertThat(loops.loops()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aTimerServesEachStateOnItsLoopUntilItIsClosed() throws Exception {
        State ofFirst = of(first);
        State ofSecond = of(second);
        Awaitility.await()
                .until(() -> ofFirst.ticks().get() >= 3 && ofSecond.ticks().get() >= 3);
        loops.close();
        int ticks = first.submit(ofFirst.ticks()::get).get();
        // A loop runs timers in the order of their deadlines, so ticks would come before this one.
        assertThat(first.schedule(ofFirst.ticks()::get, 20, TimeUnit.MILLISECONDS)
                        .get())
                .isEqualTo(ticks);
    }

    @Test
    void anActionRunsForEachStateOnItsLoop() throws Exception {
        State ofFirst = of(first);
        State ofSecond = of(second);
        loops.each(State::call);
        Awaitility.await()
                .until(() -> ofFirst.calls().get() == 1 && ofSecond.calls().get() == 1);
    }

    private State create(EventLoop loop) {
        State state = new State(loop, new AtomicInteger(), new AtomicInteger());
        created.add(state);
        return state;
    }

    private State of(EventLoop loop) throws Exception {
        return loop.submit(() -> loops.of(loop)).get();
    }
}
