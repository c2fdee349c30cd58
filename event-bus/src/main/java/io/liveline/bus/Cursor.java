package io.liveline.bus;

/**
 * A position in a topic: the last event that its holder has seen. Clients receive it as text ({@code k3f9x2-1042}) and
 * return it unchanged; the text is opaque to them.
 *
 * @param epoch name of one life of the log: 1 to 16 characters of {@code 0-9a-z}. A log that was lost or expired starts
 *     again under a new epoch, so that an old cursor is recognised instead of silently misread.
 * @param offset number of events up to and including this position in that life, 0 to 2<sup>53</sup>-1 (Redis computes
 *     in doubles)
 */
public record Cursor(String epoch, long offset) {

    /** Maximum offset. */
    public static final long MAX_OFFSET = (1L << 53) - 1;

    /** @throws IllegalArgumentException if the epoch or the offset is out of range */
    public Cursor {
        if (offset < 0 || offset > MAX_OFFSET || epoch.isEmpty() || epoch.length() > 16) {
            throw new IllegalArgumentException("not a cursor: " + epoch + "-" + offset);
        }
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if the text is not a cursor; the message may be shown to a client
     */
    public static Cursor parse(String text) {
        int dash = text.indexOf('-');
        // Parsed by hand: every event that is read has a cursor, and a regular expression stood out in the profile.
        if (dash < 1 || dash > 16 || !isEpoch(text, dash) || !isOffset(text, dash + 1)) {
            throw new IllegalArgumentException("not a cursor: send one back exactly as the server returned it");
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

    /** Returns whether the text is a number of at most 16 digits without leading zeros. */
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

    /** Returns the position with this offset in the same life of the log. */
    public Cursor at(long offset) {
        return new Cursor(epoch, offset);
    }

    /** Returns whether both cursors are from the same life of the log, so that their offsets can be compared. */
    public boolean sameLife(Cursor other) {
        return epoch.equals(other.epoch);
    }

    @Override
    public String toString() {
        return epoch + '-' + offset;
    }
}
