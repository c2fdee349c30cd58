package io.liveline.bus.support;

import java.util.regex.Pattern;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class UnicodeTextTest {

    private static final Pattern PEOPLE = UnicodeText.namesOfPeople(64);
    private static final Pattern THINGS = UnicodeText.namesOfThings(64);

    // Escaped, because most of these characters are invisible.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ann",
                "Ann Ash",
                "O'Neill, \"J.\" <j@x>",
                "\u0639\u0644\u06CC\u200C\u0631\u0636\u0627", // a zero-width non-joiner in a Persian name
                "Ann \uD83D\uDC69\u200D\uD83D\uDCBB", // a zero-width joiner in an emoji
                "\uD83E\uDEE0", // unassigned to JDK 17
                "\uD83E\uDEE9", // unassigned to JDK 21
                "\uD88D\uDF50", // unassigned as yet
                "\u845B\uDB40\uDD00", // a variation selector of a Japanese name
                "n\u0308",
                "a\u00A0b",
            })
    void namesOfPeopleMayBeInAnyScript(String name) {
        assertThat(PEOPLE.matcher(name).matches()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " Ann",
                "Ann ",
                "Ann\u3000",
                "\u00A0",
                "a\u0000b",
                "a\nb",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b",
                "a\u202Eb",
                "a\u2066b",
                "a\u200Fb",
                "a\u061Cb",
                "a\u200Bb",
                "a\uFEFFb",
                "Ann\u200D",
                "\u200CAnn",
                "a\uD83Db",
                "\uDE00",
                "a\uFFFDb",
                "a\uFFFFb",
                "a\uD83F\uDFFFb",
                "a\uE000b",
                "a\uDBFF\uDC00b",
                "a\uDB40\uDC41b",
            })
    void namesOfPeopleHaveNoInvisibleOrDirectionChangingCharacters(String name) {
        assertThat(PEOPLE.matcher(name).matches()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lobby",
                "a-b_c.d:e~f@g",
                "gr\u00F6\u00DFe",
                "\u0639\u0644\u06CC\u200C\u0631\u0636\u0627",
                "\uD83E\uDEE0",
                "\u6F22\u5B57",
            })
    void namesOfThingsMayBeInAnyScript(String name) {
        assertThat(THINGS.matcher(name).matches()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a/b",
                "a{b",
                "a*",
                "a\"b",
                "a\\b",
                "a<b",
                "a|b",
                "a,b",
                "a\u007Fb",
                "a\u00A0b",
                "a\u3000b",
                "a\u2028b",
                "a\u202Eb",
                "a\u200D",
                "\uD83D",
                "a\uE000",
            })
    void namesOfThingsNeedNoEscaping(String name) {
        assertThat(THINGS.matcher(name).matches()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00F6", "\u6F22", "\uD83E\uDEE0"})
    void lengthsAreCountedInCodePoints(String character) {
        for (Pattern names : new Pattern[] {PEOPLE, THINGS}) {
            assertThat(names.matcher(character.repeat(64)).matches()).isTrue();
            assertThat(names.matcher(character.repeat(65)).matches()).isFalse();
        }
        assertThat(UnicodeText.length(character.repeat(64))).isEqualTo(64);
    }
}
