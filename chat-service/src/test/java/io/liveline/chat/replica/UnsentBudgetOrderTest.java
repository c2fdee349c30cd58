package io.liveline.chat.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Who is given up, and when. */
class UnsentBudgetOrderTest {

    private final Deque<Runnable> later = new ArrayDeque<>();
    private final AtomicLong all = new AtomicLong();
    private final UnsentBudget backlog = new UnsentBudget(100, later::add, all);
    private final List<String> givenUp = new ArrayList<>();

    private final UnsentBudget.Waiting first = () -> givenUp.add("first");
    private final UnsentBudget.Waiting second = () -> givenUp.add("second");
    private final UnsentBudget.Waiting third = () -> givenUp.add("third");

    @Test
    void asManyAsIsNeededOfThoseWhoHaveWaitedLongestAreGivenUpOnceTheWriteIsOver() {
        backlog.add(first, 10);
        backlog.add(second, 20);
        backlog.add(first, 10);
        backlog.add(third, 90);

        assertEquals(List.of(), givenUp, "others are just being written to");
        later.forEach(Runnable::run);
        assertEquals(List.of("first", "second"), givenUp);
        assertEquals(90, all.get());
    }

    @Test
    void whoHasTakenEverythingWaitsNoMore() {
        backlog.add(first, 60);
        backlog.remove(first);
        backlog.remove(first);
        backlog.add(second, 60);
        backlog.add(first, 60);

        later.forEach(Runnable::run);
        assertEquals(List.of("second"), givenUp);
        backlog.remove(first);
        assertEquals(0, all.get());
    }

    @Test
    void oneAloneIsNotGivenUp() {
        backlog.add(first, 1000);

        assertEquals(0, later.size());
    }
}
