package io.liveline.chat.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

        assertEquals(List.of(), evicted, "not within another connection's write");
        later.forEach(Runnable::run);
        assertEquals(List.of("first", "second"), evicted);
        assertEquals(90, all.get());
    }

    @Test
    void aConnectionThatAcceptedEverythingNoLongerWaits() {
        backlog.add(first, 60);
        backlog.remove(first);
        backlog.remove(first);
        backlog.add(second, 60);
        backlog.add(first, 60);

        later.forEach(Runnable::run);
        assertEquals(List.of("second"), evicted);
        backlog.remove(first);
        assertEquals(0, all.get());
    }

    @Test
    void aSingleConnectionIsNotEvicted() {
        backlog.add(first, 1000);

        assertEquals(0, later.size());
    }
}
