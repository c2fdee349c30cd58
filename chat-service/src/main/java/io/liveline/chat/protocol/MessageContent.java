package io.liveline.chat.protocol;

import io.liveline.edge.ProblemException;
import io.liveline.edge.gate.RawJson;
import io.liveline.edge.room.MessageKind;
import io.vertx.core.json.Json;

/**
 * Content of a post, or what an edit changes. It has a text or data.
 *
 * @param text null if the message has data only; in an edit, if the text stays
 * @param kind kind of the message; null for a plain one, and in an edit if it stays
 * @param data any JSON object, which is delivered as it was received; null for a message without it, and in an edit if
 *     it stays
 */
public record MessageContent(String text, String kind, RawJson data) {

    /** @throws ProblemException 400 {@code bad_json}, {@code bad_text}, {@code bad_kind} */
    public MessageContent {
        if (text == null && data == null) {
            throw ProblemException.bad("bad_json", "A message has a text or data");
        }
        if (text != null && text.isEmpty()) {
            throw ProblemException.bad("bad_text", "The text of a message must not be empty");
        }
        if (kind != null && !MessageKind.isKind(kind)) {
            throw ProblemException.bad(
                    "bad_kind",
                    "A kind has 1 to " + MessageKind.MAX_LENGTH
                            + " letters, digits, - and _, with single dots between words, such as order.paid");
        }
    }

    /** Returns plain text. */
    public static MessageContent text(String text) {
        return new MessageContent(text, null, null);
    }

    /** Returns whether it is text alone. */
    public boolean isPlain() {
        return kind == null && data == null;
    }

    /** Returns the text as a JSON field after a comma; empty for a message with data only. */
    public String textField() {
        return text == null ? "" : ",\"text\":" + Json.encode(text);
    }

    /** Returns the kind as a JSON field after a comma; empty without one. */
    public String kindField() {
        return kind == null ? "" : ",\"kind\":\"" + kind + '"';
    }

    /** Returns the data as a JSON field after a comma; empty without any. */
    public String dataField() {
        return data == null ? "" : ",\"data\":" + data.text();
    }

    /**
     * Returns the text by which a repetition is recognized. Plain text stands for itself, as in earlier releases, so
     * that a post may be repeated at a replica of another release.
     */
    public String fingerprinted() {
        return isPlain() ? text : textField() + kindField() + dataField();
    }
}
