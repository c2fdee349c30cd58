package io.liveline.bus;

import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;

/**
 * A named stream of events on the bus, such as {@code room:lobby}.
 *
 * @param name name of 1 to {@value #MAX_LENGTH} code points, see {@link UnicodeText#namesOfThings}. Braces are not
 *     allowed: they would put a topic's keys into different slots of a Redis Cluster.
 */
public record Topic(String name) {

    /** Maximum length of a topic's name, in Unicode code points. */
    public static final int MAX_LENGTH = 200;

    private static final Pattern NAME = UnicodeText.namesOfThings(MAX_LENGTH);

    /** @throws IllegalArgumentException if the name is not allowed */
    public Topic {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "A topic name must have 1 to " + MAX_LENGTH + " letters, digits and - _ . : ~ @");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
