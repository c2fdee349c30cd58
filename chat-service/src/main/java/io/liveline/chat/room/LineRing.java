package io.liveline.chat.room;

import io.liveline.bus.Cursor;
import io.liveline.bus.Page;

/**
 * Ring buffer of the newest lines of a room, bounded by number and by bytes. Positions count lines since the ring was
 * created: a member at position p has received all lines before p. Not thread-safe.
 */
public final class LineRing {

    private final EncodedLine[] lines;
    private final int maxBytes;
    private long first;
    private long end;
    private long bytes;
    // Cursor of a member that has received none of the kept lines.
    private Cursor start;
    private boolean moreAfter;

    /**
     * Creates an empty ring.
     *
     * @param length maximum number of lines, 1 or more
     * @param maxBytes maximum number of bytes; the newest line is kept in any case
     * @param start position of the room's log when the ring is created
     */
    LineRing(int length, int maxBytes, Cursor start) {
        this.lines = new EncodedLine[length];
        this.maxBytes = maxBytes;
        this.start = start;
    }

    /** Returns a ring of a page of the log, for a member that the room's own ring no longer covers. */
    static LineRing of(Page page, Cursor after) {
        LineRing ring = new LineRing(Math.max(1, page.events().size()), Integer.MAX_VALUE, after);
        page.events().forEach(event -> ring.add(EncodedLine.of(event)));
        ring.moreAfter = !page.events().isEmpty() && !ring.cursor(ring.end).equals(page.end());
        return ring;
    }

    /** Returns a ring without lines, at the given cursor. */
    static LineRing emptyAt(Cursor after) {
        return new LineRing(1, 0, after);
    }

    void add(EncodedLine line) {
        if (end - first == lines.length) {
            dropFirst();
        }
        lines[index(end++)] = line;
        bytes += line.json().length;
        while (bytes > maxBytes && end - first > 1) {
            dropFirst();
        }
    }

    /** Removes the text of a deleted message from every line. */
    void erase(EncodedLine deletion) {
        for (long position = first; position < end; position++) {
            EncodedLine line = at(position);
            EncodedLine without = line.without(deletion);
            lines[index(position)] = without;
            bytes += without.json().length - line.json().length;
        }
    }

    /** Removes the texts of all messages whose deletions are in another ring. */
    void eraseDeletionsOf(LineRing other) {
        for (long position = other.first; position < other.end; position++) {
            if (other.at(position).kind() == EncodedLine.Kind.DELETION) {
                erase(other.at(position));
            }
        }
    }

    /** Returns the oldest position whose line is kept. */
    long first() {
        return first;
    }

    /** Returns the position after the newest line. */
    long end() {
        return end;
    }

    /**
     * Returns a line.
     *
     * @param position from {@link #first} to {@link #end} (exclusive)
     */
    public EncodedLine at(long position) {
        return lines[index(position)];
    }

    /** Returns the cursor of a member at this position, from {@link #first} to {@link #end}. */
    public Cursor cursor(long position) {
        return position == first ? start : at(position - 1).cursor();
    }

    /** Returns the position of a member at this cursor, or -1 if the ring does not cover it. */
    long position(Cursor cursor) {
        for (long position = end; position >= first; position--) {
            if (cursor(position).equals(cursor)) {
                return position;
            }
        }
        return -1;
    }

    /**
     * Returns the end of one piece.
     *
     * @param from a position whose line is kept; the piece contains it in any case
     * @return the position after the last line that fits
     */
    public long fit(long from, int maxLines, int maxBytes) {
        long size = at(from).json().length;
        long to = from + 1;
        while (to < end && to - from < maxLines) {
            // One more byte for the line separator.
            size += 1 + at(to).json().length;
            if (size > maxBytes) {
                break;
            }
            to++;
        }
        return to;
    }

    /** Returns whether more lines are known after this position. */
    public boolean hasMoreAfter(long position) {
        return position < end || moreAfter;
    }

    private void dropFirst() {
        int index = index(first++);
        start = lines[index].cursor();
        bytes -= lines[index].json().length;
        lines[index] = null;
    }

    private int index(long position) {
        return (int) (position % lines.length);
    }
}
