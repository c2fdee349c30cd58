package io.liveline.edge.gate;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.liveline.bus.support.UnicodeText;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * JSON object as its sender wrote it: numbers, escapes and the order of names are unchanged. Only the white space
 * between tokens is left out, so that it fits on one line.
 *
 * @param depth nesting depth of its arrays and objects; 1 if it contains none
 */
@RegisterForReflection
public record RawJson(String text, int depth) {

    /**
     * Reads the object that begins at the current token of a parser, up to its end.
     *
     * @param source whole text that the parser reads
     * @throws JsonParseException if the token begins no object, or a string is not well-formed Unicode
     */
    public static RawJson read(JsonParser parser, String source) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(parser, "not an object");
        }
        int from = (int) parser.currentTokenLocation().getCharOffset();
        int deepest = 1;
        for (int depth = 1; depth > 0; ) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new JsonParseException(parser, "not closed");
            }
            if (token.isStructStart()) {
                deepest = Math.max(deepest, ++depth);
            } else if (token.isStructEnd()) {
                depth--;
            } else if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)
                    && !UnicodeText.isWellFormed(parser.getText())) {
                throw new JsonParseException(parser, "unpaired surrogate");
            }
        }
        int to = (int) parser.currentLocation().getCharOffset();
        return new RawJson(compact(source, from, to), deepest);
    }

    private static String compact(String source, int from, int to) {
        StringBuilder compact = new StringBuilder(to - from);
        boolean inString = false;
        for (int i = from; i < to; i++) {
            char c = source.charAt(i);
            if (inString && c == '\\') {
                compact.append(c).append(source.charAt(++i));
            } else if (inString || c > ' ') {
                compact.append(c);
                inString ^= c == '"';
            }
        }
        return compact.toString();
    }
}
