package io.liveline.chat.room;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Property test of the ring against a plain list of all added lines. */
class LineRingProperties {

    private static final Cursor START = new Cursor("k", 100);

    @Property(tries = 500)
    void theNewestLinesAreKeptWithinBothBoundsAndEveryPositionHasItsCursor(
            @ForAll @IntRange(min = 1, max = 20) int length,
            @ForAll @IntRange(min = 1, max = 200) int maxBytes,
            @ForAll @Size(max = 60) List<@IntRange(max = 60) Integer> sizes) {
        LineRing ring = new LineRing(length, maxBytes, START);
        List<EncodedLine> all = new ArrayList<>();
        for (int size : sizes) {
            EncodedLine line =
                    new EncodedLine(EncodedLine.Kind.EVENT, START.at(101 + all.size()), 1, null, new byte[size]);
            ring.add(line);
            all.add(line);
            check(ring, all, length, maxBytes);
        }
    }

    private static void check(LineRing ring, List<EncodedLine> all, int length, int maxBytes) {
        assertEquals(all.size(), ring.end());
        long kept = ring.end() - ring.first();
        assertTrue(kept >= 1 && kept <= length);
        long bytes = 0;
        for (long position = ring.first(); position < ring.end(); position++) {
            assertEquals(all.get((int) position), ring.at(position));
            bytes += ring.at(position).json().length;
        }
        assertTrue(bytes <= maxBytes || kept == 1);
        // No more lines were dropped than necessary.
        if (ring.first() > 0 && kept < length) {
            long withOneMore = bytes + all.get((int) ring.first() - 1).json().length;
            assertTrue(withOneMore > maxBytes || maxDroppedEarlier(all, ring, maxBytes));
        }
        for (long position = ring.first(); position <= ring.end(); position++) {
            assertEquals(START.at(100 + position), ring.cursor(position));
            assertEquals(position, ring.position(ring.cursor(position)));
        }
        if (ring.first() > 0) {
            assertEquals(-1, ring.position(START.at(100 + ring.first() - 1)));
        }
        assertEquals(-1, ring.position(START.at(101 + ring.end())));
        assertEquals(-1, ring.position(new Cursor("other", 100 + ring.first())));
    }

    /** Returns whether a large line, kept or dropped since, may have displaced lines that would fit again by now. */
    private static boolean maxDroppedEarlier(List<EncodedLine> all, LineRing ring, int maxBytes) {
        long bytes = 0;
        for (int i = (int) ring.first() - 1; i < all.size(); i++) {
            bytes += all.get(i).json().length;
        }
        return bytes > maxBytes;
    }
}
