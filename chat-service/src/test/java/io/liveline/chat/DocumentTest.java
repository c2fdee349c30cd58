package io.liveline.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.message.StoredMessage;
import io.liveline.chat.protocol.BadFrameException;
import io.liveline.chat.protocol.ClientFrame;
import io.liveline.chat.protocol.ClientFrameDecoder;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.testing.TestConfig;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the frames against the golden files, and against {@code docs/asyncapi-chat.yaml}. */
class DocumentTest {

    private static final JsonObject DOCUMENT = document();

    private static final RoomName LOBBY = new RoomName("lobby");
    private static final Cursor CURSOR = new Cursor("k3f9x2ab", 1042);
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");

    /** Numbers, an order of names and escapes that a decoder and an encoder would not all keep. */
    private static final String DATA =
            "{\"z\":1.50,\"a\":12345678901234567890123,\"e\":1E+2,\"s\":\"\\u00e9\\/\",\"n\":null}";

    private static JsonObject document() {
        try {
            Map<String, Object> yaml = new Yaml().load(Files.readString(Path.of("..", "docs", "asyncapi-chat.yaml")));
            return new JsonObject(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> golden(String name) throws IOException {
        try (var file = DocumentTest.class.getResourceAsStream("golden/" + name + ".ndjson")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** Returns one example of every frame from the server. */
    private static List<String> frames() {
        ProblemException full = new ProblemException(503, "full", "Try again later", Duration.ofSeconds(2));
        ClientFrame.Post post = new ClientFrame.Post(LOBBY, "1", MessageContent.text("hello"));
        List<String> frames = new ArrayList<>();
        frames.add(ServerFrames.welcome("a-session", ANN, TestConfig.of(ChatConfig.class)));
        String members = ServerFrames.people(List.of(ANN, BOB)).encode();
        frames.add(ServerFrames.joined(LOBBY, CURSOR, true, members));
        frames.add(ServerFrames.joined(LOBBY, CURSOR, false, "[]", Duration.ofSeconds(25)));
        String text = "any\nUnicode, <b>no</b> markup: \u00e9 \ud83d\ude80 \u2028 \"quoted\"";
        frames.add(event(draft(MessageContent.text(text))));
        String hello = draft(MessageContent.text("hello"));
        MessageContent again = MessageContent.text("hello again");
        frames.add(event(edit(hello, again)));
        frames.add(event(MessageEvents.delete(hello)));
        frames.add(event(edited(hello, again, null)));
        frames.add(event(edited(hello, again, "2")));
        MessageContent paid = content("{\"text\":\"paid\",\"kind\":\"order.paid\",\"data\":" + DATA + "}");
        MessageContent dataOnly = content("{\"data\":{\"b\":1,\"a\":2}}");
        frames.add(event(draft(paid)));
        frames.add(event(draft(dataOnly)));
        frames.add(event(edit(draft(paid), dataOnly)));
        frames.add(event(edit(draft(paid), again)));
        frames.add(event(MessageEvents.delete(draft(paid))));
        frames.add(event(edited(hello, paid, null)));
        frames.add(event(edited(draft(paid), dataOnly, "2")));
        frames.add(event(MessageEvents.deleted(LOBBY, ANN, CURSOR.at(7), "3")));
        frames.add(ServerFrames.posted(post, CURSOR));
        ClientFrame.Delete delete = new ClientFrame.Delete(LOBBY, CURSOR.at(7), "3");
        frames.add(ServerFrames.changed(delete, CURSOR.at(7), CURSOR));
        frames.add(ServerFrames.members(LOBBY, List.of(BOB), List.of("cy")));
        frames.add(ServerFrames.gap(LOBBY, new Gap(CURSOR.at(7), CURSOR)));
        frames.add(ServerFrames.state(BusState.DEGRADED));
        frames.add(ServerFrames.state(BusState.LIVE));
        frames.add(ServerFrames.error(ProblemException.bad("bad_json", "The frame is not JSON"), null, null));
        frames.add(ServerFrames.error(full, "lobby", "1"));
        frames.add(ServerFrames.rejected(full, delete, CURSOR.at(7)));
        frames.add(ServerFrames.reconnect(1200));
        frames.add(ServerFrames.HEARTBEAT);
        return frames;
    }

    private static MessageContent content(String json) {
        String fields = json.substring(1);
        try {
            String line = "{\"type\":\"post\",\"room\":\"lobby\",\"id\":\"1\"," + fields;
            return ((ClientFrame.Post) ClientFrameDecoder.decode(line)).content();
        } catch (BadFrameException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String draft(MessageContent content) {
        return MessageEvents.draft(LOBBY, ANN, "1", content).data();
    }

    private static String edit(String draft, MessageContent content) {
        return StoredMessage.of(draft).with(content).edited();
    }

    private static String edited(String draft, MessageContent content, String id) {
        String event = MessageEvents.edited(LOBBY, ANN, CURSOR.at(7), id);
        return StoredMessage.of(draft).with(content).event(event, content);
    }

    private static String event(String data) {
        return MessageEvents.json(new Event(CURSOR, 1763980000000L, data));
    }

    private static Set<String> described(String operation) {
        Set<String> names = new TreeSet<>();
        DOCUMENT.getJsonObject("operations")
                .getJsonObject(operation)
                .getJsonArray("messages")
                .forEach(message ->
                        names.add(((JsonObject) message).getString("$ref").replace("#/channels/chat/messages/", "")));
        return names;
    }

    /** Validates a frame against its description, and returns the name of its message. */
    private static String check(String line, boolean ofClient) {
        String type = new JsonObject(line).getString("type");
        String name = ofClient && type.equals("heartbeat") ? "alive" : type;
        JsonObject components = DOCUMENT.getJsonObject("components");
        assertThat(components.getJsonObject("messages").fieldNames()).contains(name);
        String schema = new JsonObject()
                .put("$ref", "#/components/messages/" + name + "/payload")
                .put("components", components)
                .encode();
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(schema)
                        .validate(line, InputFormat.JSON))
                .as(line)
                .isEmpty();
        return name;
    }

    @Test
    void serverFramesMatchTheGoldenFile() throws IOException {
        assertThat(String.join("\n", frames())).isEqualTo(String.join("\n", golden("from-server")));
    }

    @Test
    void serverFramesMatchTheirDescriptionAndAllDescribedFramesAreSent() throws IOException {
        Set<String> checked = new TreeSet<>();
        for (String line : golden("from-server")) {
            checked.add(check(line, false));
        }
        assertThat(checked).isEqualTo(described("sendFrames"));
    }

    @Test
    void clientFramesAreDecodedAndDescribed() throws IOException, BadFrameException {
        Set<String> checked = new TreeSet<>();
        for (String line : golden("from-client")) {
            assertThat(ClientFrameDecoder.decode(line)).isNotNull();
            checked.add(check(line, true));
        }
        assertThat(checked).isEqualTo(described("receiveFrames"));
    }

    @Test
    void aFrameThatDoesNotMatchItsDescriptionIsDetected() {
        for (String wrong : List.of(
                "{\"type\":\"posted\",\"room\":\"lobby\",\"id\":\"1\"}",
                "{\"type\":\"gap\",\"room\":\"lobby\",\"after\":\"nonsense\",\"cursor\":\"a-1\"}",
                "{\"type\":\"heartbeat\",\"more\":1}")) {
            boolean found = false;
            try {
                check(wrong, false);
            } catch (AssertionError expected) {
                found = true;
            }
            assertThat(found).as(wrong).isTrue();
        }
    }
}
