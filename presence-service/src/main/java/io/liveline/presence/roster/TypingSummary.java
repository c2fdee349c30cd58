package io.liveline.presence.roster;

import java.util.List;

/** English sentence about the people who are typing. */
final class TypingSummary {

    private static final int NAMED = 3;

    private TypingSummary() {}

    /**
     * Returns {@code ""}, "ann is typing", "ann and bob are typing", "ann, bob and cy are typing", or "4 people are
     * typing".
     */
    static String of(List<String> names) {
        int all = names.size();
        if (all == 0) {
            return "";
        }
        if (all == 1) {
            return names.get(0) + " is typing";
        }
        if (all > NAMED) {
            return all + " people are typing";
        }
        return String.join(", ", names.subList(0, all - 1)) + " and " + names.get(all - 1) + " are typing";
    }
}
