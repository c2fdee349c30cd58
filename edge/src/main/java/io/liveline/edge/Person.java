package io.liveline.edge;

import java.util.regex.Pattern;

/**
 * Who is asking.
 *
 * @param user stable id: one person in three tabs is one user; 1 to {@value #MAX_LENGTH} characters, none of them
 *     control, format or line-breaking ones
 * @param name what others see, of the same form
 */
public record Person(String user, String name) {

    /** The longest id and name, in UTF-16 characters. */
    public static final int MAX_LENGTH = 64;

    // Format characters could make one name look like another or turn the text around it; separators break lines.
    private static final Pattern NAME = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1," + MAX_LENGTH + "}");

    /** @throws Problem 400 {@code bad_name} */
    public Person {
        if (!isName(user) || !isName(name)) {
            throw Problem.bad(
                    "bad_name", "A name has 1 to " + MAX_LENGTH + " characters, none of them control characters");
        }
    }

    static boolean isName(String text) {
        return text != null && NAME.matcher(text).matches() && text.equals(text.strip());
    }
}
