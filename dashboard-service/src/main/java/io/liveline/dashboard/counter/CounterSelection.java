package io.liveline.dashboard.counter;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.NamePatterns;
import io.liveline.edge.auth.Permissions;

/**
 * Which counters a viewer looks at. Equal for the same counters, however they were listed, so that viewers can share
 * what is encoded for them.
 *
 * @param exact names
 * @param prefixes what names begin with, for {@code orders.*}
 * @param all every counter
 * @param viewer whose view it is: a room that may not be read is not counted before their eyes
 */
public record CounterSelection(SortedSet<String> exact, SortedSet<String> prefixes, boolean all, Permissions viewer) {

    /** Every counter. */
    public static final CounterSelection ALL =
            new CounterSelection(new TreeSet<>(), new TreeSet<>(), true, Permissions.GUEST);

    // The counters that tell of a room: chat.messages.<room>.
    private static final String OF_ROOM = "chat.messages.";

    /**
     * Reads the parameter {@code names} of a request.
     *
     * @param guest its parameter {@code name}
     * @throws ProblemException 400 as {@link #of} does, and {@code unknown_parameter} for {@code name} without
     *     {@code names}: it is most likely misspelt, as nobody has to say who they are to look at counters, and would
     *     show every counter
     */
    public static CounterSelection asked(String list, String guest, int most) {
        if (list == null && guest != null) {
            throw ProblemException.bad(
                    "unknown_parameter", "The counters are listed by \"names\", not \"name\"; names=* is all of them");
        }
        return of(list, most);
    }

    /**
     * Reads a list such as {@code orders,chat.*}.
     *
     * @param list null or empty for every counter; a {@code *} may stand at the end of an entry
     * @param most how many entries at most
     * @throws ProblemException 400 {@code bad_name}, {@code bad_names}
     */
    public static CounterSelection of(String list, int most) {
        if (list == null || list.isEmpty()) {
            return ALL;
        }
        String[] entries = list.split(",", most + 1);
        if (entries.length > most) {
            throw ProblemException.bad(
                    "bad_names", "names takes at most " + most + " names; use patterns such as orders.*");
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
        return new CounterSelection(exact, prefixes, false, Permissions.GUEST);
    }

    /** The same for somebody with these rights; equal for all who may read the same rooms. */
    public CounterSelection to(Permissions rights) {
        boolean every = rights.admin() || rights.join().isAll() || !mayListRooms();
        Permissions reading =
                new Permissions(rights.join(), NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, false);
        return new CounterSelection(exact, prefixes, all, every ? Permissions.GUEST : reading);
    }

    private boolean mayListRooms() {
        return all
                || exact.stream().anyMatch(name -> name.startsWith(OF_ROOM))
                || prefixes.stream().anyMatch(prefix -> prefix.startsWith(OF_ROOM) || OF_ROOM.startsWith(prefix));
    }

    /** Whether a counter tells of nothing that its viewer may not know. */
    public static boolean isFor(Permissions rights, String name) {
        return !name.startsWith(OF_ROOM) || rights.admin() || rights.join().match(name.substring(OF_ROOM.length()));
    }

    /** Whether all that is looked at is listed by name. */
    public boolean isExact() {
        return !all && prefixes.isEmpty();
    }

    public boolean match(String name) {
        return (all || exact.contains(name) || matchesPrefix(name, prefixes)) && isFor(viewer, name);
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
