package io.liveline.dashboard.counter;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.liveline.bus.Cursor;

/**
 * Counters at a cursor.
 *
 * @param cursor position up to which all changes are included; later ones may be missing
 * @param counters counters in no particular order
 */
public record CounterSnapshot(Cursor cursor, List<Counter> counters) {

    private static final Pattern POSITION = Pattern.compile("\\.([0-9a-z]{1,16}-[0-9]{1,15})");

    /**
     * Returns the {@code ETag} value: a digest of the names and versions, equal on all replicas with the same state,
     * followed by the cursor, so that a replica with older state detects that it has to catch up.
     */
    public String tag() {
        long digest = counters.size();
        for (Counter counter : counters) {
            // A sum does not depend on the order; mixing keeps the terms from cancelling each other.
            long one =
                    31L * counter.name().hashCode() + counter.version().epoch().hashCode();
            digest += mix(mix(one) + counter.version().offset());
        }
        return Long.toUnsignedString(digest, 36) + '.' + cursor;
    }

    /**
     * Returns the cursor in an {@code ETag}.
     *
     * @param known {@code If-None-Match} header, or null
     * @return null if there is none
     */
    public static Cursor position(String known) {
        Matcher position = POSITION.matcher(known == null ? "" : known);
        return position.find() ? Cursor.parse(position.group(1)) : null;
    }

    /** Mixes the bits of a number, as the finalizer of MurmurHash3 does. */
    private static long mix(long number) {
        long mixed = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
