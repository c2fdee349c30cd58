package io.liveline.bus.support;

import java.util.regex.Pattern;

/**
 * Rules for names and other texts from outside. Lengths are counted in Unicode code points. Characters are listed by
 * code point: what a JDK knows of them grows with its version, and the replicas of a service run on several.
 */
public final class UnicodeText {

    private static final String SPACES = " \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}";

    /** Zero-width joiner and non-joiner: parts of words in Persian and of emoji, and invisible at the end of a text. */
    private static final String JOINERS = "\\x{200C}\\x{200D}";

    private static final String BARRED = "\\x{0}-\\x{1F}\\x{7F}-\\x{9F}" // control characters
            + "\\x{AD}\\x{180E}\\x{200B}\\x{2060}-\\x{2064}\\x{FEFF}" // invisible
            + "\\x{61C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{206F}" // turn the text around them
            + "\\x{2028}\\x{2029}" // break lines
            + "\\x{FFF9}-\\x{FFFD}\\x{E0000}-\\x{E007F}" // annotations, replacements and tags
            + "\\x{D800}-\\x{DFFF}" // halves of surrogate pairs
            + "\\x{E000}-\\x{F8FF}\\x{F0000}-\\x{10FFFF}" // private use
            + "\\x{FDD0}-\\x{FDEF}" + nonCharacters();

    private UnicodeText() {}

    /**
     * Names that people have: anything visible, without a space at either end.
     *
     * @param most how many code points at most
     */
    public static Pattern namesOfPeople(int most) {
        String ends = "[" + SPACES + JOINERS + "]";
        return Pattern.compile("(?!" + ends + ")[^" + BARRED + "]{1," + most + "}(?<!" + ends + ")");
    }

    /**
     * Names that stand in addresses, JSON and keys and are escaped in none of them: of ASCII letters, digits and
     * {@code - _ . : ~ @}, beyond ASCII everything that is visible and no space.
     *
     * @param most how many code points at most
     */
    public static Pattern namesOfThings(int most) {
        String ends = "[" + JOINERS + "]";
        String characters = "[A-Za-z0-9\\-_.:~@[\\x{80}-\\x{10FFFF}&&[^" + SPACES + BARRED + "]]]";
        return Pattern.compile("(?!" + ends + ")" + characters + "{1," + most + "}(?<!" + ends + ")");
    }

    /** Whether it can be written as UTF-8: every surrogate has its other half. */
    public static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** How many code points it has. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The last two code points of each plane. */
    private static String nonCharacters() {
        StringBuilder all = new StringBuilder();
        for (int plane = 0; plane <= 16; plane++) {
            all.append(String.format("\\x{%X}\\x{%X}", plane << 16 | 0xFFFE, plane << 16 | 0xFFFF));
        }
        return all.toString();
    }
}
