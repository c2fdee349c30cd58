package io.liveline.edge.http;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.MultiMap;

/**
 * Elements of a header with a list value (RFC 9110, section 5.6.1). A list may span several lines, contain empty
 * elements, and contain commas within quotes.
 */
public final class HeaderList {

    private HeaderList() {}

    /** Returns the elements in order, without empty ones. */
    public static List<String> of(MultiMap headers, CharSequence name) {
        List<String> elements = new ArrayList<>();
        headers.getAll(name).forEach(line -> elements.addAll(split(line, ',')));
        return elements;
    }

    /** Returns the whole list as one line, or null if the header is absent. */
    public static String line(MultiMap headers, CharSequence name) {
        List<String> lines = headers.getAll(name);
        return lines.isEmpty() ? null : String.join(", ", lines);
    }

    /** Returns whether this is one of the elements, ignoring case. */
    public static boolean contains(MultiMap headers, CharSequence name, String element) {
        return of(headers, name).stream().anyMatch(element::equalsIgnoreCase);
    }

    /** Returns whether every quote is closed. */
    static boolean isClosed(String text) {
        // What follows an open quote belongs to it.
        List<String> pieces = split(text + ",end", ',');
        return pieces.get(pieces.size() - 1).equals("end");
    }

    /** Splits at a separator outside quotes. Strips whitespace around the pieces and omits empty pieces. */
    static List<String> split(String text, char separator) {
        List<String> pieces = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : separator;
            if (i == text.length() || (c == separator && !quoted)) {
                String piece = text.substring(start, i).strip();
                if (!piece.isEmpty()) {
                    pieces.add(piece);
                }
                start = i + 1;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i = Math.min(i + 1, text.length() - 1);
            }
        }
        return pieces;
    }
}
