package io.liveline.bus;

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
        int dash = text.indexOf('-');
        // By hand, as every event is read with one: a regular expression stood out in the profile.
        if (dash < 1 || dash > 16 || !isEpoch(text, dash) || !isOffset(text, dash + 1)) {
            throw new IllegalArgumentException("not a cursor: hand back one that the server gave, unchanged");
        }
        return new Cursor(text.substring(0, dash), Long.parseLong(text, dash + 1, text.length(), 10));
    }

    private static boolean isEpoch(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && (c < 'a' || c > 'z')) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is a number as it is written here: of at most 16 digits, with no zeros before it. */
    private static boolean isOffset(String text, int begin) {
        int digits = text.length() - begin;
        if (digits < 1 || digits > 16 || digits > 1 && text.charAt(begin) == '0') {
            return false;
        }
        for (int i = begin; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
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
