package io.liveline.dashboard;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

import io.liveline.edge.Problem;

/**
 * Which counters a viewer looks at. Equal for the same counters, however they were listed, so that viewers can share
 * what is encoded for them.
 *
 * @param exact names
 * @param prefixes what names begin with, for {@code orders.*}
 * @param all every counter
 */
record Names(SortedSet<String> exact, SortedSet<String> prefixes, boolean all) {

    /** Every counter. */
    static final Names ALL = new Names(new TreeSet<>(), new TreeSet<>(), true);

    /**
     * Reads a list such as {@code orders,chat.*}.
     *
     * @param list null or empty for every counter; a {@code *} may stand at the end of an entry
     * @param most how many entries at most
     * @throws Problem 400 {@code bad_name}, {@code bad_names}
     */
    static Names of(String list, int most) {
        if (list == null || list.isEmpty()) {
            return ALL;
        }
        String[] entries = list.split(",", most + 1);
        if (entries.length > most) {
            throw Problem.bad("bad_names", "names takes at most " + most + " names; use patterns such as orders.*");
        }
        SortedSet<String> exact = new TreeSet<>();
        SortedSet<String> prefixes = new TreeSet<>();
        for (String entry : entries) {
            if (entry.equals("*")) {
                return ALL;
            }
            boolean pattern = entry.endsWith("*");
            String name = pattern ? entry.substring(0, entry.length() - 1) : entry;
            (pattern ? prefixes : exact).add(new CounterName(name).text());
        }
        return new Names(exact, prefixes, false);
    }

    /** Whether all that is looked at is listed by name. */
    boolean isExact() {
        return !all && prefixes.isEmpty();
    }

    boolean match(String name) {
        return all || exact.contains(name) || matchesPrefix(name, prefixes);
    }

    private static boolean matchesPrefix(String name, Collection<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
