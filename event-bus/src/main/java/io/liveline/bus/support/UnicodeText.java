package io.liveline.bus.support;

import java.util.regex.Pattern;

/**
 * Rules for names and other texts from clients. Lengths are counted in Unicode code points. Characters are listed by
 * code point: the Unicode tables of a JDK depend on its version, and replicas of a service may run on several versions.
 */
public final class UnicodeText {

    private static final String SPACES = " \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}";

    /** Zero-width joiner and non-joiner: part of Persian words and of emoji, but invisible at the end of a text. */
    private static final String JOINERS = "\\x{200C}\\x{200D}";

    private static final String FORBIDDEN = "\\x{0}-\\x{1F}\\x{7F}-\\x{9F}" // control characters
            + "\\x{AD}\\x{180E}\\x{200B}\\x{2060}-\\x{2064}\\x{FEFF}" // invisible
            + "\\x{61C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{206F}" // change the text direction
            + "\\x{2028}\\x{2029}" // break lines
            + "\\x{FFF9}-\\x{FFFD}\\x{E0000}-\\x{E007F}" // annotations, replacements and tags
            + "\\x{D800}-\\x{DFFF}" // halves of surrogate pairs
            + "\\x{E000}-\\x{F8FF}\\x{F0000}-\\x{10FFFF}" // private use
            + "\\x{FDD0}-\\x{FDEF}" + nonCharacters();

    private UnicodeText() {}

    /**
     * Returns the pattern of people's names: any visible characters, without a space at either end.
     *
     * @param most maximum number of code points
     */
    public static Pattern namesOfPeople(int most) {
        String ends = "[" + SPACES + JOINERS + "]";
        return Pattern.compile("(?!" + ends + ")[^" + FORBIDDEN + "]{1," + most + "}(?<!" + ends + ")");
    }

    /**
     * Returns the pattern of names that appear unescaped in URLs, JSON and keys: ASCII letters, digits and
     * {@code - _ . : ~ @}, and beyond ASCII all visible characters except spaces.
     *
     * @param most maximum number of code points
     */
    public static Pattern namesOfThings(int most) {
        String ends = "[" + JOINERS + "]";
        String characters = "[A-Za-z0-9\\-_.:~@[\\x{80}-\\x{10FFFF}&&[^" + SPACES + FORBIDDEN + "]]]";
        return Pattern.compile("(?!" + ends + ")" + characters + "{1," + most + "}(?<!" + ends + ")");
    }

    /** Returns whether the text can be encoded as UTF-8: every surrogate is part of a pair. */
    public static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** Returns the number of code points. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Returns the last two code points of each plane. */
    private static String nonCharacters() {
        StringBuilder all = new StringBuilder();
        for (int plane = 0; plane <= 16; plane++) {
            all.append(String.format("\\x{%X}\\x{%X}", plane << 16 | 0xFFFE, plane << 16 | 0xFFFF));
        }
        return all.toString();
    }
}
