package io.liveline.chat.room;

import io.liveline.bus.Cursor;
import io.liveline.bus.Page;

/**
 * The newest lines of a room, bounded by number and by bytes. Positions count lines since the ring began: a member at
 * position p has got all lines before p. Plain and single-threaded.
 */
public final class LineRing {

    private final EncodedLine[] lines;
    private final int maxBytes;
    private long first;
    private long end;
    private long bytes;
    // Where a member stands that has got nothing of what is kept.
    private Cursor start;
    private boolean moreBehind;

    /**
     * @param length how many lines are kept, 1 or more
     * @param maxBytes how many bytes are kept; the newest line is kept in any case
     * @param start where the room's log stood when the ring began
     */
    LineRing(int length, int maxBytes, Cursor start) {
        this.lines = new EncodedLine[length];
        this.maxBytes = maxBytes;
        this.start = start;
    }

    /** A stretch of the log, for who is too far behind for the room's own ring. */
    static LineRing of(Page page, Cursor after) {
        LineRing ring = new LineRing(Math.max(1, page.events().size()), Integer.MAX_VALUE, after);
        page.events().forEach(event -> ring.add(EncodedLine.of(event)));
        ring.moreBehind = !page.events().isEmpty() && !ring.cursor(ring.end).equals(page.end());
        return ring;
    }

    /** A stretch of the log that ends where it begins. */
    static LineRing nothingBehind(Cursor after) {
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

    /** Takes the text of the message that a deletion tells of out of every line. */
    void erase(EncodedLine deletion) {
        for (long position = first; position < end; position++) {
            EncodedLine line = at(position);
            EncodedLine without = line.without(deletion);
            lines[index(position)] = without;
            bytes += without.json().length - line.json().length;
        }
    }

    /** Takes out the texts of all messages that a line of another ring tells the deletion of. */
    void eraseAsIn(LineRing other) {
        for (long position = other.first; position < other.end; position++) {
            if (other.at(position).kind() == EncodedLine.Kind.DELETION) {
                erase(other.at(position));
            }
        }
    }

    /** The oldest position whose line is kept. */
    long first() {
        return first;
    }

    /** The position behind the newest line. */
    long end() {
        return end;
    }

    /** @param position from {@link #first} to {@link #end}, without the latter */
    public EncodedLine at(long position) {
        return lines[index(position)];
    }

    /** Where a member stands that is at this position, from {@link #first} to {@link #end}. */
    public Cursor cursor(long position) {
        return position == first ? start : at(position - 1).cursor();
    }

    /** The position of a member that stands at this cursor, or -1 when that is not within what is kept. */
    long position(Cursor cursor) {
        for (long position = end; position >= first; position--) {
            if (cursor(position).equals(cursor)) {
                return position;
            }
        }
        return -1;
    }

    /**
     * How far one piece reaches that is read from here.
     *
     * @param from a position whose line is kept; it is in the piece in any case
     * @return the position behind the last line that fits
     */
    public long fit(long from, int maxLines, int maxBytes) {
        long size = at(from).json().length;
        long to = from + 1;
        while (to < end && to - from < maxLines) {
            // One more for what separates lines.
            size += 1 + at(to).json().length;
            if (size > maxBytes) {
                break;
            }
            to++;
        }
        return to;
    }

    /** Whether something is known to come behind this position. */
    public boolean isFollowed(long position) {
        return position < end || moreBehind;
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
