package io.liveline.dashboard.counter;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.liveline.bus.Cursor;

/**
 * Counters at a position.
 *
 * @param cursor changes behind it are not in the counters for sure
 * @param counters in no order
 */
public record CounterSnapshot(Cursor cursor, List<Counter> counters) {

    private static final Pattern POSITION = Pattern.compile("\\.([0-9a-z]{1,16}-[0-9]{1,15})");

    /**
     * A digest of which counters these are and at which versions, equal on all replicas that know the same; and the
     * position, so that a replica that knows less can tell.
     */
    public String tag() {
        long digest = counters.size();
        for (Counter counter : counters) {
            // A sum, so that the order does not matter, of well mixed numbers, so that they do not cancel each other.
            long one =
                    31L * counter.name().hashCode() + counter.version().epoch().hashCode();
            digest += mix(mix(one) + counter.version().offset());
        }
        return Long.toUnsignedString(digest, 36) + '.' + cursor;
    }

    /**
     * The position in a tag.
     *
     * @param known an {@code If-None-Match} header, or null
     * @return null when there is none
     */
    public static Cursor position(String known) {
        Matcher position = POSITION.matcher(known == null ? "" : known);
        return position.find() ? Cursor.parse(position.group(1)) : null;
    }

    /** The finalizer of MurmurHash3. */
    private static long mix(long number) {
        long mixed = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
