package io.liveline.edge;

/**
 * Names that contain the id of a user, from a pattern such as {@code dm:{sub}:*} or {@code dm:*:{sub}}. The id is
 * compared as it is. It and what {@code *} stands for contain none of the separators beside them, so a name can be read
 * in one way only: {@code dm:ann:*} does not match {@code dm:ann:b:c}, which could be of the user {@code ann:b}.
 *
 * @param before start of the names
 * @param after end of the names
 * @param separators characters that {@code *} does not match; null if there is no {@code *} between both
 */
record OwnNames(String before, String after, String separators) {

    /** Place of the user's id in a pattern. */
    static final String SUB = "{sub}";

    private static final String SEPARATORS = "-_.:~@";

    /**
     * Parses a pattern.
     *
     * @return null if the id contains a separator beside it: then the pattern matches nothing
     * @throws IllegalArgumentException if the pattern has another {@code {sub}} or {@code *}, or one of them stands
     *     beside anything but a separator
     */
    static OwnNames of(String pattern, String user) {
        int sub = pattern.indexOf(SUB);
        int star = pattern.indexOf('*');
        if (sub != pattern.lastIndexOf(SUB) || star != pattern.lastIndexOf('*')) {
            throw invalid();
        }
        String separators = beside(pattern, sub, SUB.length()) + (star < 0 ? "" : beside(pattern, star, 1));
        if (user.chars().anyMatch(c -> separators.indexOf(c) >= 0)) {
            return null;
        }
        if (star < 0) {
            return new OwnNames(pattern.replace(SUB, user), "", null);
        }
        return new OwnNames(
                pattern.substring(0, star).replace(SUB, user),
                pattern.substring(star + 1).replace(SUB, user),
                separators);
    }

    /** Returns the characters beside a part of a pattern. */
    private static String beside(String pattern, int start, int length) {
        String before = pattern.substring(Math.max(0, start - 1), start);
        String after = pattern.substring(start + length, Math.min(pattern.length(), start + length + 1));
        if (!SEPARATORS.contains(before) || !SEPARATORS.contains(after)) {
            throw invalid();
        }
        return before + after;
    }

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException(
                "a pattern has at most one {sub} and, with it, one *, each between separators: one of " + SEPARATORS);
    }

    boolean match(String name) {
        if (separators == null) {
            return name.equals(before);
        }
        int end = name.length() - after.length();
        return end > before.length()
                && name.startsWith(before)
                && name.endsWith(after)
                && name.substring(before.length(), end).chars().noneMatch(c -> separators.indexOf(c) >= 0);
    }
}
