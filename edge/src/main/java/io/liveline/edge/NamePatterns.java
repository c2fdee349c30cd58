package io.liveline.edge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Set of names of rooms, counters or kinds of messages, by exact names, prefixes and names that contain the user's id.
 * A pattern with a {@code *} at its end is a prefix; {@code *} alone matches every name.
 *
 * @param exact exact names
 * @param prefixes prefixes of names
 * @param own names from patterns with {@code {sub}}
 */
public record NamePatterns(Set<String> exact, List<String> prefixes, Set<OwnNames> own) {

    /** Empty set. */
    public static final NamePatterns NONE = of(List.of());

    /** Set of all names. */
    public static final NamePatterns ALL = of(List.of("*"));

    /** Copies and sorts, so that equal sets of patterns are equal. */
    public NamePatterns {
        exact = Collections.unmodifiableSet(new TreeSet<>(exact));
        prefixes = prefixes.stream().distinct().sorted().toList();
        own = Set.copyOf(own);
    }

    /** Parses patterns such as {@code lobby} and {@code team-*}, without {@code {sub}}. */
    public static NamePatterns of(Collection<String> patterns) {
        return of(patterns, null);
    }

    /**
     * Parses patterns such as {@code lobby}, {@code team-*} and {@code dm:{sub}:*}.
     *
     * @param user id in place of {@code {sub}}; null if there is none
     * @throws IllegalArgumentException if one is empty, has a {@code *} anywhere but at its end, or a {@code {sub}}
     *     that {@link OwnNames} does not accept: a right must not be granted if it may be misread
     */
    public static NamePatterns of(Collection<String> patterns, String user) {
        Set<String> exact = new TreeSet<>();
        List<String> prefixes = new ArrayList<>();
        List<OwnNames> own = new ArrayList<>();
        for (String pattern : patterns) {
            int star = pattern.indexOf('*');
            if (user != null && pattern.contains(OwnNames.SUB)) {
                own.add(OwnNames.of(pattern, user));
            } else if (pattern.isEmpty() || (star >= 0 && star < pattern.length() - 1)) {
                throw new IllegalArgumentException("a pattern is not empty and has a * only at its end");
            } else if (star >= 0) {
                prefixes.add(pattern.substring(0, star));
            } else {
                exact.add(pattern);
            }
        }
        own.removeIf(Objects::isNull);
        return new NamePatterns(exact, prefixes, Set.copyOf(own));
    }

    /** Returns the set without the names that contain the user's id: equal for all users with the same patterns. */
    public NamePatterns shared() {
        return own.isEmpty() ? this : new NamePatterns(exact, prefixes, Set.of());
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
        for (OwnNames each : own) {
            if (each.match(name)) {
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
