package io.liveline.edge;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Set of names of rooms, counters or kinds of messages, by exact names and prefixes. A pattern with a {@code *} at its
 * end is a prefix; {@code *} alone matches every name.
 *
 * @param exact exact names
 * @param prefixes prefixes of names
 */
public record NamePatterns(Set<String> exact, List<String> prefixes) {

    /** Empty set. */
    public static final NamePatterns NONE = of(List.of());

    /** Set of all names. */
    public static final NamePatterns ALL = of(List.of("*"));

    /** Copies and sorts both, so that equal sets of patterns are equal. */
    public NamePatterns {
        exact = Collections.unmodifiableSet(new TreeSet<>(exact));
        prefixes = prefixes.stream().distinct().sorted().toList();
    }

    /**
     * Parses patterns such as {@code lobby} and {@code team-*}.
     *
     * @throws IllegalArgumentException if one is empty, or has a {@code *} anywhere but at its end: a right must not be
     *     granted if it may be misread
     */
    public static NamePatterns of(Collection<String> patterns) {
        for (String pattern : patterns) {
            int star = pattern.indexOf('*');
            if (pattern.isEmpty() || (star >= 0 && star < pattern.length() - 1)) {
                throw new IllegalArgumentException("a pattern is not empty and has a * only at its end");
            }
        }
        return new NamePatterns(
                patterns.stream().filter(pattern -> !pattern.endsWith("*")).collect(Collectors.toSet()),
                patterns.stream()
                        .filter(pattern -> pattern.endsWith("*"))
                        .map(pattern -> pattern.substring(0, pattern.length() - 1))
                        .toList());
    }

    /** Returns whether a name matches. */
    public boolean match(String name) {
        if (exact.contains(name)) {
            return true;
        }
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether every name matches. */
    public boolean isAll() {
        return prefixes.contains("");
    }
}
