package io.liveline.bus.support;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Map in the order of insertion that drops its oldest entry when it exceeds a size. Not thread-safe.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {

    private final int most;

    /** @param most maximum number of entries */
    public BoundedMap(int most) {
        this.most = most;
    }

    /** Removes the oldest entries, at most this number, and returns their values. */
    public List<V> removeOldest(int number) {
        List<V> removed = new ArrayList<>();
        Iterator<V> oldest = values().iterator();
        while (oldest.hasNext() && removed.size() < number) {
            removed.add(oldest.next());
            oldest.remove();
        }
        return removed;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
