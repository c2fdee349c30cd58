package io.liveline.chat.message;

import io.liveline.chat.protocol.MessageContent;

/**
 * Stored data of a message in parts, of which an edit replaces some and leaves the others exactly as they are: the
 * in-memory counterpart of {@code change.lua}. Each part but the first is a field with the comma before it, or empty.
 *
 * @param start what never changes
 */
public record StoredMessage(String start, String text, String kind, String data) {

    private static final String EDITED = ",\"edited\":true";

    /**
     * Splits the data of a message. It is not parsed: only strings are before these fields, and in a string no quote is
     * without a backslash.
     */
    public static StoredMessage of(String stored) {
        String fields = stored.substring(0, stored.length() - 1);
        if (fields.endsWith(EDITED)) {
            fields = fields.substring(0, fields.length() - EDITED.length());
        }
        int text = fields.indexOf(",\"text\":");
        int data = find(fields, ",\"data\":{", text, fields.length());
        int kind = find(fields, ",\"kind\":\"", text, data);
        return new StoredMessage(
                fields.substring(0, text),
                fields.substring(text, kind),
                fields.substring(kind, data),
                fields.substring(data));
    }

    private static int find(String fields, String field, int from, int to) {
        int found = fields.indexOf(field, from);
        return found < 0 || found > to ? to : found;
    }

    /** Returns the message after an edit. */
    public StoredMessage with(MessageContent content) {
        return new StoredMessage(
                start,
                content.text() == null ? text : content.textField(),
                content.kind() == null ? kind : content.kindField(),
                content.data() == null ? data : content.dataField());
    }

    /** Returns the data of a message that was edited. */
    public String edited() {
        return start + text + kind + data + EDITED + '}';
    }

    /**
     * Returns the data of the event of an edit: what has changed, and the text in any case, which clients of earlier
     * releases require.
     *
     * @param event data of the event without these fields
     */
    public String event(String event, MessageContent content) {
        return event.substring(0, event.length() - 1) + text + content.kindField() + content.dataField() + '}';
    }
}
