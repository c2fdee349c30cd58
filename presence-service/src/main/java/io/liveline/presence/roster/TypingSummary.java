package io.liveline.presence.roster;

import java.util.List;

/** English sentence about the people who are typing. */
final class TypingSummary {

    private TypingSummary() {}

    /**
     * Returns {@code ""}, "ann is typing", "ann and bob are typing", "ann, bob and cy are typing", or "4 people are
     * typing".
     */
    static String of(List<String> names) {
        int all = names.size();
        return switch (all) {
            case 0 -> "";
            case 1 -> names.get(0) + " is typing";
            case 2, 3 -> String.join(", ", names.subList(0, all - 1)) + " and " + names.get(all - 1) + " are typing";
            default -> all + " people are typing";
        };
    }
}
