package io.liveline.dashboard.counter;

import java.util.List;

import io.liveline.edge.NamePatterns;
import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Permissions;

/**
 * Selection of counters that a client requests. Selections of the same counters are equal, however they were listed, so
 * that clients share encoded events.
 *
 * @param names full names, and prefixes for {@code orders.*}
 * @param viewer permissions of the client; counters of rooms that it may not read are hidden
 */
public record CounterSelection(NamePatterns names, Permissions viewer) {

    /** Selection of every counter. */
    public static final CounterSelection ALL = new CounterSelection(NamePatterns.ALL, Permissions.GUEST);

    // Prefix of the counters of single rooms: chat.messages.<room>.
    static final String OF_ROOM = "chat.messages.";

    /**
     * Reads the parameter {@code names} of a request.
     *
     * @param guest parameter {@code name} of the request
     * @throws ProblemException 400 as {@link #of} does, and {@code unknown_parameter} for {@code name} without
     *     {@code names}: it is most likely a misspelling, because reading counters requires no name, and would select
     * every counter
     */
    public static CounterSelection parse(String list, String guest, int most) {
        if (list == null && guest != null) {
            throw ProblemException.bad(
                    "unknown_parameter",
                    "The parameter that lists counters is \"names\", not \"name\"; names=* selects all of them");
        }
        return of(list, most);
    }

    /**
     * Reads a list such as {@code orders,chat.*}.
     *
     * @param list null or empty for every counter; a {@code *} may stand at the end of an entry
     * @param most maximum number of entries
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
        for (String entry : entries) {
            if (entry.equals("*")) {
                return ALL;
            }
            // Validates the name.
            new CounterName(entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry);
        }
        return new CounterSelection(NamePatterns.of(List.of(entries)), Permissions.GUEST);
    }

    /**
     * Returns this selection for a client with these permissions; equal for all clients that may read the same rooms.
     * Counters of rooms whose names contain the user's id are hidden: each client would need a view of its own.
     */
    public CounterSelection visibleTo(Permissions rights) {
        boolean every = rights.admin() || rights.join().isAll() || !mayListRooms();
        Permissions reading = new Permissions(
                rights.join().shared(),
                NamePatterns.NONE,
                NamePatterns.NONE,
                NamePatterns.NONE,
                NamePatterns.NONE,
                false);
        return new CounterSelection(names, every ? Permissions.GUEST : reading);
    }

    private boolean mayListRooms() {
        return names.exact().stream().anyMatch(name -> name.startsWith(OF_ROOM))
                || names.prefixes().stream()
                        .anyMatch(prefix -> prefix.startsWith(OF_ROOM) || OF_ROOM.startsWith(prefix));
    }

    /** Returns whether a client with these permissions may read a counter. */
    public static boolean isVisible(Permissions rights, String name) {
        return !name.startsWith(OF_ROOM) || rights.admin() || rights.join().match(name.substring(OF_ROOM.length()));
    }

    /** Returns whether every selected counter is listed by its full name. */
    public boolean isExact() {
        return names.prefixes().isEmpty();
    }

    public boolean match(String name) {
        return names.match(name) && isVisible(viewer, name);
    }
}
