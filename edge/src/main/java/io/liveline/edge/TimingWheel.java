package io.liveline.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Timing wheel (Varghese and Lauck): many deadlines under one periodic tick. It is a ring of slots, each with the
 * entries that are due in one period. Adding, removing and expiring an entry take constant time. Not thread-safe; the
 * caller passes the time.
 *
 * @param <T> type of the entries
 */
public final class TimingWheel<T extends TimingWheel.Timed> {

    /** Entry of a timing wheel. */
    public abstract static class Timed extends IndexedBag.Entry {
        private int slot = -1;

        /** Returns the deadline in milliseconds. */
        public abstract long deadlineMillis();

        /** Ends this entry. The owner of the wheel calls it for entries that the wheel has removed. */
        public abstract void timeUp();
    }

    private final long tickMillis;
    private final List<IndexedBag<T>> slots;
    private long tick;

    /**
     * Creates an empty wheel.
     *
     * @param tickMillis precision of the deadlines: no entry ends early, or later than this after its deadline
     * @param longestMillis usual maximum distance of a deadline; entries beyond it go around more than once
     */
    public TimingWheel(long tickMillis, long longestMillis, long nowMillis) {
        this.tickMillis = tickMillis;
        this.tick = nowMillis / tickMillis;
        int count = (int) (longestMillis / tickMillis) + 2;
        this.slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new IndexedBag<>(0));
        }
    }

    /** Adds an entry. */
    public void add(T timed) {
        // An expired entry ends with the next tick. A wheel whose ticks are late does not reach as far ahead.
        long at = Math.min(Math.max(endTick(timed), tick + 1), tick + slots.size());
        Timed place = timed;
        place.slot = (int) (at % slots.size());
        slots.get(place.slot).add(timed);
    }

    /** Returns the first tick at which an entry has expired. */
    private long endTick(T timed) {
        return -Math.floorDiv(-timed.deadlineMillis(), tickMillis);
    }

    /** Removes an entry if it is in the wheel. */
    public void remove(T timed) {
        Timed place = timed;
        if (place.slot >= 0) {
            slots.get(place.slot).remove(timed);
            place.slot = -1;
        }
    }

    /**
     * Removes every expired entry and passes it to the consumer. If the consumer fails for some, the others are still
     * passed, and the last failure is thrown at the end.
     */
    public void advance(long nowMillis, Consumer<T> ended) {
        RuntimeException failure = null;
        long target = nowMillis / tickMillis;
        // After a long pause each slot is visited once, because all its entries may have expired.
        tick = Math.max(tick, target - slots.size());
        while (tick < target) {
            tick++;
            int index = (int) (tick % slots.size());
            for (T timed : slots.get(index).copy()) {
                Timed place = timed;
                if (place.slot != index) {
                    // An entry that ended before it in this tick has removed it.
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

    /** Removes every entry, expired or not, and passes it to the consumer. */
    public void drain(Consumer<T> ended) {
        for (IndexedBag<T> slot : slots) {
            for (int left = slot.size(); left > 0; left--) {
                T timed = slot.get(slot.size() - 1);
                remove(timed);
                ended.accept(timed);
            }
        }
    }
}
