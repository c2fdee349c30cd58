package io.liveline.edge.auth;

import java.util.Objects;
import java.util.regex.Pattern;

import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.ProblemException;

/**
 * Who is asking. Two are equal whom others see alike.
 *
 * @param user stable id: one person in three tabs is one user; 1 to {@value #MAX_LENGTH} code points: see
 *     {@link UnicodeText#namesOfPeople}
 * @param name what others see, of the same form
 * @param namedSeconds since when that is the name, seconds since 1970: when the token was issued that says it, from 0
 *     to 2<sup>53</sup>-1; 0 where that is not known. Of two names of a user the newer one counts.
 */
public record Person(String user, String name, long namedSeconds) {

    /** The longest id and name, in Unicode code points. */
    public static final int MAX_LENGTH = 64;

    /** The latest time at which a name can have been given: the stores compute in doubles. */
    static final long LATEST = (1L << 53) - 1;

    private static final Pattern NAME = UnicodeText.namesOfPeople(MAX_LENGTH);

    /**
     * A person of whom it is not known since when that is the name.
     *
     * @throws ProblemException 400 {@code bad_name}
     */
    public Person(String user, String name) {
        this(user, name, 0);
    }

    /** @throws ProblemException 400 {@code bad_name} */
    public Person {
        if (namedSeconds < 0 || namedSeconds > LATEST) {
            throw new IllegalArgumentException("not a time: " + namedSeconds);
        }
        if (!isName(user) || !isName(name)) {
            throw ProblemException.bad(
                    "bad_name",
                    "A name has 1 to " + MAX_LENGTH + " characters, none of them invisible, and no space at its ends");
        }
    }

    /** Gives whichever of the two has the newer name; the other one where both are of the same time. */
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
