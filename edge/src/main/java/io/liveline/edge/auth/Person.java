package io.liveline.edge.auth;

import java.util.Objects;
import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.ProblemException;

/**
 * User with a display name. Two are equal if others see them alike.
 *
 * @param user stable id: one person in three tabs is one user; 1 to {@value #MAX_LENGTH} code points, see {@link
 *     UnicodeText#namesOfPeople}
 * @param name display name, in the same format
 * @param namedSeconds time since which the name is valid, in seconds since 1970: the time of issue of its token, from 0
 *     to 2<sup>53</sup>-1; 0 if unknown. Of two names of a user the newer one counts.
 */
public record Person(String user, String name, long namedSeconds) {

    /** Maximum length of an id or a name, in Unicode code points. */
    public static final int MAX_LENGTH = 128;

    /** Maximum of {@code namedSeconds}: the stores compute in doubles. */
    static final long LATEST = (1L << 53) - 1;

    private static final Pattern NAME = UnicodeText.namesOfPeople(MAX_LENGTH);

    /**
     * Creates a person with an unknown time of the name.
     *
     * @throws ProblemException 400 {@code bad_name}
     */
    public Person(String user, String name) {
        this(user, name, 0);
    }

    /**
     * Validates the fields.
     *
     * @throws ProblemException 400 {@code bad_name}
     */
    public Person {
        if (namedSeconds < 0 || namedSeconds > LATEST) {
            throw new IllegalArgumentException("not a time: " + namedSeconds);
        }
        if (!isName(user) || !isName(name)) {
            throw ProblemException.bad(
                    "bad_name", "A name has 1 to " + MAX_LENGTH + " visible characters, and no space at either end");
        }
    }

    /** Returns the one with the newer name, or the other one if both are of the same time. */
    public Person newer(Person other) {
        return other.namedSeconds >= namedSeconds ? other : this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Person person && user.equals(person.user) && name.equals(person.name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, name);
    }

    static boolean isName(String text) {
        return text != null && NAME.matcher(text).matches();
    }
}
