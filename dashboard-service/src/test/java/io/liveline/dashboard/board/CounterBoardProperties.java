package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of the board: whatever a replica receives, misses and loads, a client gets all changes up to a position
 * and none after it.
 */
class CounterBoardProperties {

    private static final Cursor ZERO = new Cursor("life", 0);

    /** Model of the store with the board of one replica. */
    private static final class Model {
        final List<Counter> log = new ArrayList<>();
        final CounterBoard board = new CounterBoard();
        // The next change that the topic delivers.
        int next;

        Model() {
            board.load(new CounterSnapshot(ZERO, List.of()));
        }

        void step(int action) {
            String name = "c" + action % 5;
            switch (action / 5) {
                case 0, 1, 2 -> write(name);
                case 3, 4 -> follow();
                case 5 -> board.load(snapshot());
                default -> {
                    // After a gap: changes that the snapshot contains are not delivered again.
                    board.load(snapshot());
                    next = log.size();
                }
            }
        }

        Counter write(String name) {
            Counter counter = new Counter(name, log.size() + 1L, ZERO.at(log.size() + 1L));
            log.add(counter);
            return counter;
        }

        void follow() {
            if (next < log.size()) {
                Counter change = log.get(next++);
                // SnapshotFollower passes on only what the board does not contain.
                if (!board.holds(change.version())) {
                    board.apply(change.version(), List.of(change));
                }
            }
        }

        CounterSnapshot snapshot() {
            return new CounterSnapshot(
                    ZERO.at(log.size()), List.copyOf(at(log.size()).values()));
        }

        /** Returns the counters at an offset. */
        Map<String, Counter> at(long offset) {
            Map<String, Counter> counters = new HashMap<>();
            log.subList(0, (int) offset).forEach(counter -> counters.put(counter.name(), counter));
            return counters;
        }
    }

    @Property
    void everyPositionGetsAllLaterChanges(@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 34) Integer> actions) {
        Model model = new Model();
        for (int action : actions) {
            model.step(action);
            Cursor at = model.board.cursor();
            for (long from = 0; from <= at.offset(); from++) {
                Map<String, Counter> received = new HashMap<>();
                CounterBoard.Changes changes = model.board.since(ZERO.at(from), CounterSelection.ALL);
                assertThat(changes.cursor()).isEqualTo(at);
                changes.counters().forEach(counter -> received.put(counter.name(), counter));
                Map<String, Counter> due = model.at(at.offset());
                long position = from;
                due.values().removeIf(counter -> counter.version().offset() <= position);
                assertThat(received).as("from " + from + " to " + at).isEqualTo(due);
            }
        }
    }

    @Property
    void theBoardFinallyEqualsTheStore(@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 34) Integer> actions) {
        Model model = new Model();
        actions.forEach(model::step);
        while (model.next < model.log.size()) {
            model.follow();
        }
        Map<String, Counter> known = new HashMap<>();
        model.board.snapshot(CounterSelection.ALL).counters().forEach(counter -> known.put(counter.name(), counter));
        assertThat(known).isEqualTo(model.at(model.log.size()));
    }

    @Property
    void aPollAndTheChangesAfterItsCursorAreComplete(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 34) Integer> actions) {
        Model model = new Model();
        List<CounterSnapshot> polls = new ArrayList<>();
        Map<String, List<Counter>> tagged = new HashMap<>();
        for (int action : actions) {
            model.step(action);
            CounterSnapshot poll = model.board.snapshot(CounterSelection.ALL);
            polls.add(poll);
            List<Counter> sorted = poll.counters().stream()
                    .sorted(Comparator.comparing(Counter::name))
                    .toList();
            assertThat(tagged.computeIfAbsent(poll.tag(), tag -> sorted))
                    .as("answered as unchanged")
                    .isEqualTo(sorted);
        }
        while (model.next < model.log.size()) {
            model.follow();
        }
        for (CounterSnapshot poll : polls) {
            Map<String, Counter> known = new HashMap<>();
            poll.counters().forEach(counter -> known.put(counter.name(), counter));
            model.board
                    .since(poll.cursor(), CounterSelection.ALL)
                    .counters()
                    .forEach(counter -> known.put(counter.name(), counter));
            assertThat(known).as("after " + poll).isEqualTo(model.at(model.log.size()));
        }
    }
}
