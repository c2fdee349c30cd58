package io.liveline.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

/** Expiry of entries: none ends early, late, twice or never, whatever is added and removed. */
class TimingWheelTest {

    private static final long LONGEST = 60_000;

    private static final class Entry extends TimingWheel.Timed {
        final long deadline;

        Entry(long deadline) {
            this.deadline = deadline;
        }

        @Override
        public long deadlineMillis() {
            return deadline;
        }

        @Override
        public void timeUp() {}
    }

    @Property(tries = 300)
    void everythingEndsOnceWithinATickOfItsDeadline(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 500) int tick, @ForAll @LongRange(min = 0) long begin) {
        Random random = new Random(seed);
        long now = begin % (1L << 50);
        TimingWheel<Entry> wheel = new TimingWheel<>(tick, LONGEST, now);
        List<Entry> waiting = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            for (int i = random.nextInt(20); i > 0; i--) {
                // Sometimes the wheel was not advanced for a while.
                long late = random.nextInt(10) == 0 ? random.nextInt((int) (2 * LONGEST)) : 0;
                Entry entry = new Entry(now + late + random.nextInt((int) LONGEST + 1));
                wheel.add(entry);
                waiting.add(entry);
            }
            for (int i = random.nextInt(5); i > 0 && !waiting.isEmpty(); i--) {
                Entry gone = waiting.remove(random.nextInt(waiting.size()));
                wheel.remove(gone);
                wheel.remove(gone);
            }
            // Mostly a tick or two; now and then a pause that is longer than the wheel.
            long before = now;
            now += random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(3 * tick + 1);
            long at = now;
            wheel.advance(now, entry -> {
                assertThat(entry.deadline).as("ended early").isLessThanOrEqualTo(at);
                assertThat(waiting.remove(entry)).as("ended twice").isTrue();
                assertThat(entry.deadline).as("ended late").isGreaterThan(before - 2L * tick);
            });
            waiting.forEach(entry -> assertThat(entry.deadline).as("is late").isGreaterThan(at - 2L * tick));
        }
        List<Entry> left = new ArrayList<>();
        wheel.drain(left::add);
        assertThat(left).containsExactlyInAnyOrderElementsOf(waiting);
    }

    @Test
    void aFailureDoesNotKeepOtherEntriesFromEnding() {
        TimingWheel<Entry> wheel = new TimingWheel<>(10, LONGEST, 0);
        for (int i = 0; i < 3; i++) {
            wheel.add(new Entry(50));
        }
        List<Entry> ended = new ArrayList<>();
        assertThatThrownBy(() -> wheel.advance(100, entry -> {
                    ended.add(entry);
                    if (ended.size() == 1) {
                        throw new IllegalStateException("the first");
                    }
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ended).hasSize(3);
        wheel.drain(entry -> fail("left in the wheel"));
    }
}
