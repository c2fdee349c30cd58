package io.liveline.bus;

import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;

/**
 * A named stream of events on the bus, such as {@code room:lobby}.
 *
 * @param name 1 to {@value #MAX_LENGTH} code points: see {@link UnicodeText#namesOfThings}. Braces are not allowed:
 *     they would move a topic's keys apart on a Redis Cluster.
 */
public record Topic(String name) {

    /** The longest name of a topic, in Unicode code points. */
    public static final int MAX_LENGTH = 200;

    private static final Pattern NAME = UnicodeText.namesOfThings(MAX_LENGTH);

    /** @throws IllegalArgumentException when the name is not one */
    public Topic {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "A topic is named by 1 to " + MAX_LENGTH + " letters, digits and - _ . : ~ @");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
