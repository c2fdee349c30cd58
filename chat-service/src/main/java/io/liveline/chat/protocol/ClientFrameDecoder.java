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
import io.liveline.edge.gate.RawJson;

/**
 * Strict decoder of client frames. A field that is unknown, missing, repeated or of another type is an error that is
 * reported to the client. All fields are strings, except for {@code data}, which is an object.
 */
public final class ClientFrameDecoder {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final String DATA = "data";

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "join", Set.of("room", "after"),
            "leave", Set.of("room"),
            "post", Set.of("room", "id", "text", "kind", DATA),
            "edit", Set.of("room", "message", "text", "kind", DATA, "id"),
            "delete", Set.of("room", "message", "id"),
            "token", Set.of("token"),
            "heartbeat", Set.of());

    private final Map<String, String> strings = new HashMap<>();
    /** Null if the frame has none. */
    private RawJson data;

    private ClientFrameDecoder() {}

    /** Decodes one line. */
    public static ClientFrame decode(String line) throws BadFrameException {
        ClientFrameDecoder decoder = new ClientFrameDecoder();
        try {
            decoder.read(line);
            return decoder.frame();
        } catch (ProblemException problem) {
            throw new BadFrameException(problem, decoder.strings.get("room"), decoder.strings.get("id"));
        }
    }

    private ClientFrame frame() {
        String type = required("type");
        Set<String> known = FIELDS.get(type);
        if (known == null) {
            throw ProblemException.bad("unknown_type", "Unknown frame type");
        }
        if (!strings.values().stream().allMatch(UnicodeText::isWellFormed)) {
            throw ProblemException.bad("bad_json", "A field of the frame contains an unpaired surrogate");
        }
        for (String field : strings.keySet()) {
            checkKnown(type, field.equals("type") || known.contains(field));
        }
        checkKnown(type, data == null || known.contains(DATA));
        return switch (type) {
            case "join" -> new ClientFrame.Join(room(), CursorParameter.parse(strings.get("after")));
            case "leave" -> new ClientFrame.Leave(room());
            case "post" -> new ClientFrame.Post(room(), required("id"), content());
            case "edit" -> new ClientFrame.Edit(room(), message(), content(), changeId());
            case "delete" -> new ClientFrame.Delete(room(), message(), changeId());
            case "token" -> new ClientFrame.Token(required("token"));
            default -> new ClientFrame.Heartbeat();
        };
    }

    private static void checkKnown(String type, boolean isKnown) {
        if (!isKnown) {
            throw ProblemException.bad(
                    "bad_json", "A frame of type " + type + " may only have the fields " + FIELDS.get(type));
        }
    }

    private RoomName room() {
        return new RoomName(required("room"));
    }

    private Cursor message() {
        Cursor message = CursorParameter.parse(required("message"));
        if (message == null) {
            throw ProblemException.bad("bad_cursor", "A message is identified by its cursor");
        }
        return message;
    }

    private MessageContent content() {
        return new MessageContent(strings.get("text"), strings.get("kind"), data);
    }

    private String changeId() {
        String id = strings.get("id");
        if (id != null) {
            ClientFrame.Post.checkId(id);
        }
        return id;
    }

    private String required(String name) {
        String value = strings.get(name);
        if (value == null) {
            throw ProblemException.bad("bad_json", "The frame has no field " + name);
        }
        return value;
    }

    private void read(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ProblemException.bad("bad_json", "A frame is a JSON object, on a line of its own");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && !name.equals(DATA)) {
                    strings.put(name, parser.getText());
                } else if (value == JsonToken.START_OBJECT && name.equals(DATA)) {
                    data = RawJson.read(parser, line);
                } else {
                    throw ProblemException.bad(
                            "bad_json", "Every field of a frame is a string, except for data, which is an object");
                }
            }
            if (parser.nextToken() != null) {
                throw ProblemException.bad("bad_json", "A line holds one JSON document");
            }
        } catch (IOException malformed) {
            throw ProblemException.bad("bad_json", "The frame is not JSON");
        }
    }
}
