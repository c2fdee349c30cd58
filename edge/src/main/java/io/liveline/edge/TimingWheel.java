package io.liveline.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Deadlines of many, looked after by one tick: a ring of slots, each the things that are due in one period. Adding,
 * removing and ending cost the same however many there are. Plain and single-threaded; time is an argument.
 *
 * @param <T> what has deadlines
 */
public final class TimingWheel<T extends TimingWheel.Timed> {

    /** Something with a place in a wheel. */
    public abstract static class Timed {
        private int slot = -1;
        private int index;

        /** When its time is up, milliseconds. */
        public abstract long deadlineMillis();

        /** Ends it: its time is up, or its replica ends. */
        public abstract void timeUp();
    }

    private final long tickMillis;
    private final List<List<T>> slots;
    private long tick;
    private int size;

    /**
     * An empty wheel.
     *
     * @param tickMillis how exact deadlines are: nothing ends early, and nothing later than this after its deadline
     * @param longestMillis how far ahead deadlines mostly are; what is further goes round more than once
     */
    public TimingWheel(long tickMillis, long longestMillis, long nowMillis) {
        this.tickMillis = tickMillis;
        this.tick = nowMillis / tickMillis;
        int count = (int) (longestMillis / tickMillis) + 2;
        this.slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new ArrayList<>(0));
        }
    }

    /** Looks after one more. */
    public void add(T timed) {
        // What is over already ends with the next tick. A wheel whose ticks come late does not reach as far ahead.
        long at = Math.min(Math.max(endTick(timed), tick + 1), tick + slots.size());
        Timed place = timed;
        place.slot = (int) (at % slots.size());
        List<T> slot = slots.get(place.slot);
        place.index = slot.size();
        slot.add(timed);
        size++;
    }

    /** The first tick at which it is over. */
    private long endTick(T timed) {
        return -Math.floorDiv(-timed.deadlineMillis(), tickMillis);
    }

    /** Takes it out, if it is in. */
    public void remove(T timed) {
        Timed place = timed;
        if (place.slot < 0) {
            return;
        }
        List<T> slot = slots.get(place.slot);
        T last = slot.remove(slot.size() - 1);
        if (last != timed) {
            slot.set(place.index, last);
            ((Timed) last).index = place.index;
        }
        place.slot = -1;
        size--;
    }

    /**
     * Takes out, and hands over, everything whose time is up; all of it, though one or another fails, which is thrown
     * then.
     */
    public void advance(long nowMillis, Consumer<T> ended) {
        RuntimeException failure = null;
        long target = nowMillis / tickMillis;
        // After a long pause every slot is visited once: what was in them is over.
        tick = Math.max(tick, target - slots.size());
        while (tick < target) {
            tick++;
            int index = (int) (tick % slots.size());
            for (T timed : List.copyOf(slots.get(index))) {
                Timed place = timed;
                if (place.slot != index) {
                    // What ended before it took it out.
                    continue;
                }
                remove(timed);
                if (endTick(timed) > target) {
                    add(timed);
                    continue;
                }
                try {
                    ended.accept(timed);
                } catch (RuntimeException failed) {
                    failure = failed;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Takes out, and hands over, everything, whether its time is up or not. */
    public void drain(Consumer<T> ended) {
        for (List<T> slot : slots) {
            for (int left = slot.size(); left > 0; left--) {
                T timed = slot.get(slot.size() - 1);
                remove(timed);
                ended.accept(timed);
            }
        }
    }

    /** How many are in it. */
    public int size() {
        return size;
    }
}
