package io.liveline.presence.roster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.liveline.bus.support.Digest;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Encoded roster, shared by all polls of a room. Its tag is a digest of the visible content, so equal sets have equal
 * tags on every replica. Immutable.
 */
public final class RosterView {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int TAG_BYTES = 16;
    private static final byte[] END = {'"', '}'};

    private final String tag;
    private final List<Person> typing;
    private final byte[] set;
    private final boolean degraded;
    private final ByteBuf body;

    private RosterView(byte[] set, List<Person> typing, boolean degraded) {
        this.set = set;
        this.typing = typing;
        this.degraded = degraded;
        // The degraded state is part of the tag, so that polls are answered when it begins and when it ends.
        this.tag = '"' + Digest.sha256(set, TAG_BYTES) + (degraded ? "~d" : "") + '"';
        this.body = body(TypingSummary.of(typing.stream().map(Person::name).toList()));
    }

    /**
     * Encodes a roster; both lists are sorted by user.
     *
     * @param degraded whether the store is unavailable, so that the roster may be out of date
     */
    static RosterView of(RoomName room, List<Presence> online, List<Person> typing, boolean degraded) {
        return new RosterView(encode(room, online, typing), typing, degraded);
    }

    /** Returns the {@code ETag} with its quotes. */
    public String tag() {
        return tag;
    }

    /**
     * Returns the JSON document, which is shared and must not be modified.
     *
     * @param person person to leave out of the summary; null for nobody
     */
    public ByteBuf body(Person person) {
        if (person == null || typing.stream().noneMatch(typist -> typist.user().equals(person.user()))) {
            return body;
        }
        return body(TypingSummary.of(typing.stream()
                .filter(typist -> !typist.user().equals(person.user()))
                .map(Person::name)
                .toList()));
    }

    private ByteBuf body(String summary) {
        byte[] text = JsonStringEncoder.getInstance().quoteAsUTF8(summary);
        String before = (degraded ? ",\"degraded\":true" : "") + ",\"summary\":\"";
        // Never released: the buffer is on the heap and shared for as long as nothing changes.
        return Unpooled.unreleasableBuffer(Unpooled.buffer(set.length + text.length + 40)
                .writeBytes(set)
                .writeBytes(before.getBytes(StandardCharsets.US_ASCII))
                .writeBytes(text)
                .writeBytes(END));
    }

    /** Encodes the document without its end: the part that does not depend on the client. */
    private static byte[] encode(RoomName room, List<Presence> online, List<Person> typing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 80 * online.size());
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            json.writeStartObject();
            json.writeStringField("room", room.text());
            json.writeArrayFieldStart("online");
            for (Presence presence : online) {
                writeStart(json, presence.person());
                json.writeStringField("state", presence.state().text());
                json.writeNumberField("since", presence.since());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("typing");
            for (Person person : typing) {
                writeStart(json, person);
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeStart(JsonGenerator json, Person person) throws IOException {
        json.writeStartObject();
        json.writeStringField("user", person.user());
        json.writeStringField("name", person.name());
    }

    @Override
    public String toString() {
        return tag + ' ' + body.toString(StandardCharsets.UTF_8);
    }
}
