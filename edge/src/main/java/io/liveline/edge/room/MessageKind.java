package io.liveline.edge.room;

import java.util.regex.Pattern;

/** Name of a kind of messages, such as {@code order.paid}: words separated by dots. */
public final class MessageKind {

    /** Maximum length, in characters. */
    public static final int MAX_LENGTH = 64;

    private static final Pattern NAME = Pattern.compile("(?=.{1," + MAX_LENGTH + "}$)[\\w-]+(\\.[\\w-]+)*");

    private MessageKind() {}

    /** Returns whether the text names a kind: ASCII letters, digits, {@code _} and {@code -}, with single dots between. */
    public static boolean isKind(String text) {
        return NAME.matcher(text).matches();
    }

    /** Returns whether the text is the beginning of names of kinds. */
    static boolean isPrefix(String text) {
        return text.isEmpty() || isKind(text) || isKind(text + '_');
    }
}
