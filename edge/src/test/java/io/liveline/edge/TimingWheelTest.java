package io.liveline.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whatever is added, removed and waited for, nothing ends early, late, twice or never. */
class TimingWheelTest {

    private static final long LONGEST = 60_000;

    private static final class Thing extends TimingWheel.Timed {
        final long deadline;

        Thing(long deadline) {
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
        TimingWheel<Thing> wheel = new TimingWheel<>(tick, LONGEST, now);
        List<Thing> waiting = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            for (int i = random.nextInt(20); i > 0; i--) {
                // Sometimes the wheel has not been told the time for a while.
                long late = random.nextInt(10) == 0 ? random.nextInt((int) (2 * LONGEST)) : 0;
                Thing thing = new Thing(now + late + random.nextInt((int) LONGEST + 1));
                wheel.add(thing);
                waiting.add(thing);
            }
            for (int i = random.nextInt(5); i > 0 && !waiting.isEmpty(); i--) {
                Thing gone = waiting.remove(random.nextInt(waiting.size()));
                wheel.remove(gone);
                wheel.remove(gone);
            }
            // Mostly a tick or two; now and then a pause that is longer than the wheel.
            long before = now;
            now += random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(3 * tick + 1);
            long at = now;
            wheel.advance(now, thing -> {
                assertTrue(thing.deadline <= at, "ended early");
                assertTrue(waiting.remove(thing), "ended twice");
                assertTrue(thing.deadline > before - 2L * tick, "ended late");
            });
            waiting.forEach(thing -> assertTrue(thing.deadline > at - 2L * tick, "is late"));
            assertEquals(waiting.size(), wheel.size());
        }
    }

    @Test
    void oneThatFailsKeepsNoOtherFromEnding() {
        TimingWheel<Thing> wheel = new TimingWheel<>(10, LONGEST, 0);
        for (int i = 0; i < 3; i++) {
            wheel.add(new Thing(50));
        }
        List<Thing> ended = new ArrayList<>();
        assertThrows(
                IllegalStateException.class,
                () -> wheel.advance(100, thing -> {
                    ended.add(thing);
                    if (ended.size() == 1) {
                        throw new IllegalStateException("the first");
                    }
                }));
        assertEquals(3, ended.size());
        assertEquals(0, wheel.size());
    }
}
