package io.liveline.chat.room;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(ring.end()).isEqualTo(all.size());
        long kept = ring.end() - ring.first();
        assertThat(kept).isGreaterThanOrEqualTo(1).isLessThanOrEqualTo(length);
        long bytes = 0;
        for (long position = ring.first(); position < ring.end(); position++) {
            assertThat(ring.at(position)).isEqualTo(all.get((int) position));
            bytes += ring.at(position).json().length;
        }
        assertThat(bytes <= maxBytes || kept == 1).isTrue();
        // No more lines were dropped than necessary.
        if (ring.first() > 0 && kept < length) {
            long withOneMore = bytes + all.get((int) ring.first() - 1).json().length;
            assertThat(withOneMore > maxBytes || maxDroppedEarlier(all, ring, maxBytes))
                    .isTrue();
        }
        for (long position = ring.first(); position <= ring.end(); position++) {
            assertThat(ring.cursor(position)).isEqualTo(START.at(100 + position));
            assertThat(ring.position(ring.cursor(position))).isEqualTo(position);
        }
        if (ring.first() > 0) {
            assertThat(ring.position(START.at(100 + ring.first() - 1))).isEqualTo(-1);
        }
        assertThat(ring.position(START.at(101 + ring.end()))).isEqualTo(-1);
        assertThat(ring.position(new Cursor("other", 100 + ring.first()))).isEqualTo(-1);
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
