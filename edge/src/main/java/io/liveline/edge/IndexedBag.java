package io.liveline.edge;

import java.util.ArrayList;
import java.util.List;

/**
 * Unordered collection whose entries know their index, so that adding and removing one takes constant time and no memory
 * but its place. The last entry takes the place of a removed one: a loop that may remove entries runs backwards. Not
 * thread-safe.
 *
 * @param <T> type of the entries
 */
public final class IndexedBag<T extends IndexedBag.Entry> {

    /** Entry of at most one bag. */
    public abstract static class Entry {
        private int index;
    }

    private final List<T> entries;

    /**
     * Creates an empty bag.
     *
     * @param capacity number of entries for which it has memory at first
     */
    public IndexedBag(int capacity) {
        entries = new ArrayList<>(capacity);
    }

    /** Adds an entry that is in no bag. */
    public void add(T entry) {
        ((Entry) entry).index = entries.size();
        entries.add(entry);
    }

    /** Removes an entry. Returns whether it was in this bag. */
    public boolean remove(T entry) {
        int index = ((Entry) entry).index;
        if (index >= entries.size() || entries.get(index) != entry) {
            return false;
        }
        T last = entries.remove(entries.size() - 1);
        if (last != entry) {
            entries.set(index, last);
            ((Entry) last).index = index;
        }
        return true;
    }

    public T get(int index) {
        return entries.get(index);
    }

    public int size() {
        return entries.size();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Returns a copy of the entries. */
    public List<T> copy() {
        return List.copyOf(entries);
    }
}
