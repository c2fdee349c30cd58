package io.liveline.dashboard.counter;

import java.util.List;
import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/**
 * Name of a counter.
 *
 * @param text 1 to {@link #MAX_LENGTH} code points, see {@link UnicodeText#namesOfThings}; none needs escaping in JSON
 *     or in an SSE field
 */
public record CounterName(String text) {

    /** Maximum length of a counter of clients, in Unicode code points. */
    private static final int MAX_LENGTH_OF_CLIENT = 128;

    /** Maximum length in Unicode code points: that of the counter of a room. */
    static final int MAX_LENGTH = CounterSelection.OF_ROOM.length() + RoomName.MAX_LENGTH;

    private static final Pattern NAME = UnicodeText.namesOfThings(MAX_LENGTH);
    private static final List<String> RESERVED_PREFIXES = List.of("chat.", "presence.", "connections.");

    /** @throws ProblemException 400 {@code bad_name} */
    public CounterName {
        if (text == null || !NAME.matcher(text).matches()) {
            throw invalid();
        }
    }

    private static ProblemException invalid() {
        return ProblemException.bad(
                "bad_name", "A counter name has 1 to " + MAX_LENGTH_OF_CLIENT + " letters, digits and - _ . : ~ @");
    }

    /**
     * Returns the name of a counter that a client changes.
     *
     * @throws ProblemException 400 {@code bad_name} also for names that look like a path, 403 {@code reserved} for
     *     counters that the suite maintains itself
     */
    public static CounterName ofClient(String text) {
        CounterName name = new CounterName(text);
        if (UnicodeText.length(text) > MAX_LENGTH_OF_CLIENT) {
            throw invalid();
        }
        if (text.equals(".") || text.contains("..")) {
            throw ProblemException.bad("bad_name", "A counter name must not be a dot or contain two dots in a row");
        }
        if (RESERVED_PREFIXES.stream().anyMatch(text::startsWith)) {
            throw new ProblemException(
                    403, "reserved", "Counters whose names start with chat., presence. or connections. are reserved");
        }
        return name;
    }

    @Override
    public String toString() {
        return text;
    }
}
