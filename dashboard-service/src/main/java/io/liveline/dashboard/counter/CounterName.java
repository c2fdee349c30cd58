package io.liveline.dashboard.counter;

import java.util.List;
import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.ProblemException;

/**
 * The name of a counter.
 *
 * @param text 1 to {@value #MAX_LENGTH} code points: see {@link UnicodeText#namesOfThings}. None of them needs
 *     escaping, neither in JSON nor in an SSE field.
 */
public record CounterName(String text) {

    /** The longest name, in Unicode code points. */
    static final int MAX_LENGTH = 128;

    private static final Pattern NAME = UnicodeText.namesOfThings(MAX_LENGTH);
    private static final List<String> FED_BY_THE_SUITE = List.of("chat.", "presence.", "connections.");

    /** @throws ProblemException 400 {@code bad_name} */
    public CounterName {
        if (text == null || !NAME.matcher(text).matches()) {
            throw ProblemException.bad(
                    "bad_name", "A counter is named by 1 to " + MAX_LENGTH + " letters, digits and - _ . : ~ @");
        }
    }

    /**
     * The name of a counter that a client changes.
     *
     * @throws ProblemException 400 {@code bad_name} also for names that read like a path, 403 {@code reserved} for the
     *     counters that the suite feeds itself
     */
    public static CounterName ofClient(String text) {
        CounterName name = new CounterName(text);
        if (text.equals(".") || text.contains("..")) {
            throw ProblemException.bad("bad_name", "The name of a counter holds no two dots in a row");
        }
        if (FED_BY_THE_SUITE.stream().anyMatch(text::startsWith)) {
            throw new ProblemException(
                    403, "reserved", "Counters named chat., presence. and connections. are fed by the suite");
        }
        return name;
    }

    @Override
    public String toString() {
        return text;
    }
}
