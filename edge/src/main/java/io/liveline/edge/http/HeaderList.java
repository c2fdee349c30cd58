package io.liveline.edge.http;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.MultiMap;

/**
 * Elements of a header that holds a list (RFC 9110, section 5.6.1). One list may come in several lines, has empty
 * elements, and holds commas within quotes.
 */
public final class HeaderList {

    private HeaderList() {}

    /** The elements, in order; empty ones are left out. */
    public static List<String> of(MultiMap headers, CharSequence name) {
        List<String> elements = new ArrayList<>();
        headers.getAll(name).forEach(line -> elements.addAll(split(line, ',')));
        return elements;
    }

    /** The whole list as one line; null when there is none. */
    public static String line(MultiMap headers, CharSequence name) {
        List<String> lines = headers.getAll(name);
        return lines.isEmpty() ? null : String.join(", ", lines);
    }

    /** Whether this is one of the elements, in whatever case. */
    public static boolean contains(MultiMap headers, CharSequence name, String element) {
        return of(headers, name).stream().anyMatch(element::equalsIgnoreCase);
    }

    /** Splits at a separator that is not within quotes; blanks around the pieces, and empty pieces, are left out. */
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
