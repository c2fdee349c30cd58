package io.liveline.bus;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in a topic: the last event that its holder has seen. Clients get it as text ({@code k3f9x2-1042}), hand
 * it back unchanged and read nothing into it.
 *
 * @param epoch names one life of the log: 1 to 16 characters of {@code 0-9a-z}. A log that was lost or expired starts
 *     again under a new epoch, so that an old cursor is recognised instead of silently misread.
 * @param offset how many events came before and with this position in that life, 0 to 2<sup>53</sup>-1 (Redis
 *     computes in doubles)
 */
public record Cursor(String epoch, long offset) {

    /** The largest offset. */
    public static final long MAX_OFFSET = (1L << 53) - 1;

    private static final Pattern TEXT = Pattern.compile("([0-9a-z]{1,16})-(0|[1-9][0-9]{0,15})");

    /** @throws IllegalArgumentException when a part is out of its range */
    public Cursor {
        if (offset < 0 || offset > MAX_OFFSET || epoch.isEmpty() || epoch.length() > 16) {
            throw new IllegalArgumentException("not a cursor: " + epoch + "-" + offset);
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException when the text is not a cursor; the message may be shown to a client
     */
    public static Cursor parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a cursor: hand back one that the server gave, unchanged");
        }
        return new Cursor(matcher.group(1), Long.parseLong(matcher.group(2)));
    }

    /** The same life of the log, {@code offset} events in. */
    public Cursor at(long offset) {
        return new Cursor(epoch, offset);
    }

    /** Whether both are of one life of the log, so that their offsets can be compared. */
    public boolean sameLife(Cursor other) {
        return epoch.equals(other.epoch);
    }

    @Override
    public String toString() {
        return epoch + '-' + offset;
    }
}
