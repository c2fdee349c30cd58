package io.liveline.chat.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the order and the time of evictions. */
class UnsentBudgetOrderTest {

    private final Deque<Runnable> later = new ArrayDeque<>();
    private final AtomicLong all = new AtomicLong();
    private final UnsentBudget backlog = new UnsentBudget(100, later::add, all);
    private final List<String> evicted = new ArrayList<>();

    private final UnsentBudget.Waiting first = () -> evicted.add("first");
    private final UnsentBudget.Waiting second = () -> evicted.add("second");
    private final UnsentBudget.Waiting third = () -> evicted.add("third");

    @Test
    void theLongestWaitingAreEvictedAsFarAsNeededAfterTheWrite() {
        backlog.add(first, 10);
        backlog.add(second, 20);
        backlog.add(first, 10);
        backlog.add(third, 90);

        assertThat(evicted).as("not within another connection's write").isEmpty();
        later.forEach(Runnable::run);
        assertThat(evicted).isEqualTo(List.of("first", "second"));
        assertThat(all.get()).isEqualTo(90);
    }

    @Test
    void aConnectionThatAcceptedEverythingNoLongerWaits() {
        backlog.add(first, 60);
        backlog.remove(first);
        backlog.remove(first);
        backlog.add(second, 60);
        backlog.add(first, 60);

        later.forEach(Runnable::run);
        assertThat(evicted).isEqualTo(List.of("second"));
        backlog.remove(first);
        assertThat(all.get()).isEqualTo(0);
    }

    @Test
    void aSingleConnectionIsNotEvicted() {
        backlog.add(first, 1000);

        assertThat(later).isEmpty();
    }
}
