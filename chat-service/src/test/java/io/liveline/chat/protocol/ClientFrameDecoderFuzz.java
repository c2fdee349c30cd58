package io.liveline.chat.protocol;

import java.util.Map;

import io.vertx.core.json.JsonObject;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotEmpty;

import static org.assertj.core.api.Assertions.assertThat;

/** Fuzz test of the decoder: any input is decoded to a frame or rejected with a problem. */
class ClientFrameDecoderFuzz {

    private static final String VALID = "{\"type\":\"post\",\"room\":\"lobby\",\"id\":\"1\",\"text\":\"h\\u00e9\\n\","
            + "\"kind\":\"a.b\",\"data\":{\"a\":[1.50,null,{\"\":\"\\ud83d\\ude42\"}]}}";

    @Property(tries = 5000)
    void anyTextIsDecodedOrRejected(@ForAll String text) {
        check(text);
    }

    @Property(tries = 5000)
    void aFrameWithAReplacedPartIsDecodedOrRejected(
            @ForAll("positions") int from, @ForAll("positions") int to, @ForAll("pieces") String piece) {
        check(VALID.substring(0, Math.min(from, to)) + piece + VALID.substring(Math.max(from, to)));
    }

    @Property(tries = 5000)
    void anyObjectIsDecodedOrRejected(@ForAll("objects") Map<String, Object> object) {
        check(new JsonObject(object).encode());
    }

    @Property(tries = 1000)
    void aPostIsDecodedAsItWasEncoded(@ForAll @NotEmpty String text) throws BadFrameException {
        // Text that cannot be encoded in UTF-8 does not reach the decoder.
        String whole = new String(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8);
        ClientFrame frame = ClientFrameDecoder.decode(new JsonObject()
                .put("type", "post")
                .put("room", "lobby")
                .put("id", "1")
                .put("text", whole)
                .encode());
        assertThat(((ClientFrame.Post) frame).content().text()).isEqualTo(whole);
    }

    private static void check(String line) {
        try {
            assertThat(ClientFrameDecoder.decode(line)).isNotNull();
        } catch (BadFrameException bad) {
            JsonObject error = new JsonObject(ServerFrames.error(bad.problem, bad.room, bad.id));
            assertThat(error.getString("type")).isEqualTo("error");
            assertThat(error.getString("code")).isNotNull();
            assertThat(error.getString("detail")).isNotNull();
        }
    }

    @Provide
    Arbitrary<Integer> positions() {
        return Arbitraries.integers().between(0, VALID.length());
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(
                "",
                "\"",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\\",
                "\\u",
                "\\ud800",
                "null",
                "1e999",
                "\u0000",
                "\"room\":",
                "{\"a\":".repeat(2000),
                "9".repeat(2000),
                "/*",
                "NaN",
                "\ufeff");
    }

    @Provide
    Arbitrary<Map<String, Object>> objects() {
        Arbitrary<String> names =
                Arbitraries.of("type", "room", "id", "text", "kind", "data", "after", "message", "token", "x", "");
        Arbitrary<Object> values = Arbitraries.oneOf(
                Arbitraries.of("join", "leave", "post", "edit", "delete", "token", "heartbeat", "lobby", "", "k-1")
                        .asGeneric(),
                Arbitraries.strings().ofMaxLength(80).asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.of(new JsonObject(), new JsonObject().put("a", new JsonObject()))
                        .asGeneric());
        return Arbitraries.maps(names, values).ofMaxSize(6);
    }
}
