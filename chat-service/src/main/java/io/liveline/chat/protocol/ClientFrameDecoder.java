package io.liveline.chat.protocol;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.liveline.bus.Cursor;
import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/**
 * Strict decoder of client frames. A field that is unknown, missing, repeated or not a string is an error that is
 * reported to the client.
 */
public final class ClientFrameDecoder {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "join", Set.of("room", "after"),
            "leave", Set.of("room"),
            "post", Set.of("room", "id", "text"),
            "edit", Set.of("room", "message", "text", "id"),
            "delete", Set.of("room", "message", "id"),
            "token", Set.of("token"),
            "heartbeat", Set.of());

    private ClientFrameDecoder() {}

    /** Decodes one line. */
    public static ClientFrame decode(String line) throws BadFrameException {
        Map<String, String> fields = Map.of();
        try {
            fields = strings(line);
            return frame(fields);
        } catch (ProblemException problem) {
            throw new BadFrameException(problem, fields.get("room"), fields.get("id"));
        }
    }

    private static ClientFrame frame(Map<String, String> fields) {
        String type = required(fields, "type");
        Set<String> known = FIELDS.get(type);
        if (known == null) {
            throw ProblemException.bad("unknown_type", "Unknown frame type");
        }
        if (!fields.values().stream().allMatch(UnicodeText::isWellFormed)) {
            throw ProblemException.bad("bad_json", "A field of the frame contains an unpaired surrogate");
        }
        for (String field : fields.keySet()) {
            if (!known.contains(field) && !field.equals("type")) {
                throw ProblemException.bad(
                        "bad_json", "A frame of type " + type + " may only have the fields " + known);
            }
        }
        return switch (type) {
            case "join" -> new ClientFrame.Join(room(fields), CursorParameter.parse(fields.get("after")));
            case "leave" -> new ClientFrame.Leave(room(fields));
            case "post" -> new ClientFrame.Post(room(fields), required(fields, "id"), required(fields, "text"));
            case "edit" ->
                new ClientFrame.Edit(room(fields), message(fields), required(fields, "text"), changeId(fields));
            case "delete" -> new ClientFrame.Delete(room(fields), message(fields), changeId(fields));
            case "token" -> new ClientFrame.Token(required(fields, "token"));
            default -> new ClientFrame.Heartbeat();
        };
    }

    private static RoomName room(Map<String, String> fields) {
        return new RoomName(required(fields, "room"));
    }

    private static Cursor message(Map<String, String> fields) {
        Cursor message = CursorParameter.parse(required(fields, "message"));
        if (message == null) {
            throw ProblemException.bad("bad_cursor", "A message is identified by its cursor");
        }
        return message;
    }

    private static String changeId(Map<String, String> fields) {
        String id = fields.get("id");
        if (id != null) {
            ClientFrame.Post.checkId(id);
        }
        return id;
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw ProblemException.bad("bad_json", "The frame has no field " + name);
        }
        return value;
    }

    private static Map<String, String> strings(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ProblemException.bad("bad_json", "A frame is a JSON object, on a line of its own");
            }
            Map<String, String> fields = new HashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw ProblemException.bad("bad_json", "Every field of a frame is a string");
                }
                fields.put(name, parser.getText());
            }
            if (parser.nextToken() != null) {
                throw ProblemException.bad("bad_json", "A line holds one JSON document");
            }
            return fields;
        } catch (IOException malformed) {
            throw ProblemException.bad("bad_json", "The frame is not JSON");
        }
    }
}
