package io.liveline.edge.auth;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of rooms or counters: each a whole name, or with a {@code *} at its end what a name begins with; {@code *}
 * alone is every name.
 *
 * @param exact whole names
 * @param prefixes what names begin with
 */
public record NamePatterns(Set<String> exact, List<String> prefixes) {

    /** No name at all. */
    public static final NamePatterns NONE = of(List.of());

    /** Every name. */
    public static final NamePatterns ALL = of(List.of("*"));

    /** Unmodifiable copies; prefixes in their order, so that equal rights are equal. */
    public NamePatterns {
        exact = Set.copyOf(exact);
        prefixes = prefixes.stream().distinct().sorted().toList();
    }

    /**
     * Reads patterns such as {@code lobby} and {@code team-*}.
     *
     * @throws IllegalArgumentException when one is empty, or has a {@code *} elsewhere than at its end: a right that
     *     was meant otherwise than it is read must not be given
     */
    public static NamePatterns of(Collection<String> patterns) {
        for (String pattern : patterns) {
            int star = pattern.indexOf('*');
            if (pattern.isEmpty() || (star >= 0 && star < pattern.length() - 1)) {
                throw new IllegalArgumentException("a * stands at the end of a pattern, or nowhere");
            }
        }
        return new NamePatterns(
                patterns.stream().filter(pattern -> !pattern.endsWith("*")).collect(Collectors.toSet()),
                patterns.stream()
                        .filter(pattern -> pattern.endsWith("*"))
                        .map(pattern -> pattern.substring(0, pattern.length() - 1))
                        .toList());
    }

    /** Whether this name is among them. */
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

    /** Whether every name is. */
    public boolean isAll() {
        return prefixes.contains("");
    }
}
