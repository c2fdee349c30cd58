package io.liveline.chat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import jakarta.inject.Inject;

import io.liveline.chat.replica.ChatContext;
import io.liveline.testing.ChatClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.websockets.next.runtime.ConnectionManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the edge cases of RFC 6455, with a client that can violate the protocol. */
@QuarkusTest
class WebSocketTest {

    private static final String GENERATED_ENDPOINT = "io.liveline.chat.websocket.ChatEndpoint_WebSocketServerEndpoint";

    @TestHTTPResource
    URI base;

    @Inject
    ChatContext replica;

    @Inject
    ConnectionManager connections;

    @ConfigProperty(name = "quarkus.websockets-next.server.max-frame-size")
    int frameBytes;

    private RawSocketClient raw;
    // Held here, because the log manager holds it weakly.
    private final Logger log = Logger.getLogger("io.quarkus.websockets.next");
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Handler recorder = new Handler() {

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                errors.add(line.getMessage() + line.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void open() {
        log.addHandler(recorder);
        raw = RawSocketClient.open(base, "ann");
        raw.readUntil("welcome");
    }

    @AfterEach
    void close() {
        log.removeHandler(recorder);
        raw.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aTextInFragmentsWithAPingBetweenThemIsOneTextAndThePingIsAnswered() {
        byte[] join = utf8("{\"type\":\"join\",\"room\":\"fragménts\"}");
        // Split in the middle of the two bytes of é.
        int cut = new String(join, StandardCharsets.ISO_8859_1).indexOf('\u00c3') + 1;
        raw.frame(false, RawSocketClient.TEXT, java.util.Arrays.copyOfRange(join, 0, cut));
        raw.frame(true, RawSocketClient.PING, utf8("are you there"));
        raw.frame(false, RawSocketClient.CONTINUATION, new byte[0]);
        raw.frame(true, RawSocketClient.CONTINUATION, java.util.Arrays.copyOfRange(join, cut, join.length));
        RawSocketClient.Received pong = raw.read();
        assertThat(pong.opcode()).isEqualTo(RawSocketClient.PONG);
        assertThat(pong.payload()).isEqualTo(utf8("are you there"));
        assertThat(raw.readUntil("joined")).contains("fragménts");
    }

    @Test
    void aBinaryMessageIsAnsweredByAnErrorAndTheConnectionStaysOpen() {
        raw.frame(true, RawSocketClient.BINARY, new byte[] {1, 2, 3});
        assertThat(raw.readUntil("error")).contains("bad_json");
        raw.text("{\"type\":\"join\",\"room\":\"binary\"}");
        raw.readUntil("joined");
    }

    @Test
    void invalidUtf8IsClosedWith1007() {
        raw.frame(true, RawSocketClient.TEXT, new byte[] {'"', (byte) 0xc3, (byte) 0x28, '"'});
        assertThat(raw.readUntilClosed()).isEqualTo(1007);
    }

    @Test
    void anOversizedMessageIsClosedWith1009() {
        raw.frame(true, RawSocketClient.TEXT, new byte[65537]);
        assertThat(raw.readUntilClosed()).isEqualTo(1009);
    }

    @Test
    void anOversizedMessageInFragmentsIsClosedWith1009() {
        raw.frame(false, RawSocketClient.TEXT, utf8("x".repeat(40_000)));
        raw.frame(true, RawSocketClient.CONTINUATION, utf8("x".repeat(40_000)));
        assertThat(raw.readUntilClosed()).isEqualTo(1009);
    }

    @Test
    void anUnmaskedFrameIsClosedWith1002() {
        raw.frame(0x80 | RawSocketClient.TEXT, utf8("{}"), false);
        assertThat(raw.readUntilClosed()).isEqualTo(1002);
    }

    @Test
    void aReservedOpcodeIsClosedWith1002() {
        raw.frame(true, 3, utf8("{}"));
        assertThat(raw.readUntilClosed()).isEqualTo(1002);
    }

    @Test
    void aContinuationWithoutAMessageIsClosedWith1002() {
        raw.frame(true, RawSocketClient.CONTINUATION, utf8("{}"));
        assertThat(raw.readUntilClosed()).isEqualTo(1002);
    }

    @Test
    void aCloseIsAnsweredWithItsCode() {
        raw.frame(true, RawSocketClient.CLOSE, new byte[] {0x03, (byte) 0xe8});
        assertThat(raw.readUntilClosed()).isEqualTo(1000);
        assertThat(raw.read().opcode()).as("the server ends the connection").isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/7.3"})
    void aHandshakeOfAnotherHttpVersionIsRefused(String version) {
        String handshake = RawSocketClient.handshake("eve", "").replaceFirst("HTTP/1.1", version);
        try (RawSocketClient eve = RawSocketClient.request(base, handshake)) {
            assertThat(eve.line()).isEqualTo(version + " 400 Bad Request");
            assertThat(eve.body()).contains("bad_upgrade");
        }
    }

    @Test
    void theSizesOfWebSocketsNextAreThoseOfChat() {
        assertThat(frameBytes).isEqualTo(replica.config().frameBytes());
    }

    @Test
    void framesInTheSegmentOfTheHandshakeAreHandledInOrder() {
        String join = "{\"type\":\"join\",\"room\":\"early\"}";
        String frame = "\u0081" + (char) (0x80 | join.length()) + "\0\0\0\0" + join;
        try (RawSocketClient hasty = RawSocketClient.request(base, "")) {
            hasty.bytes((RawSocketClient.handshake("hasty", "") + frame).getBytes(StandardCharsets.ISO_8859_1));
            while (!hasty.line().isEmpty()) {
                // The head of the answer.
            }
            assertThat(hasty.read().text()).contains("welcome");
            assertThat(hasty.readUntil("joined")).contains("early");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // between two frames
                "\u0081", // within the head of a frame
                "\u0081\u0085\0\0\0\0ab", // within a frame
                "\u0001\u0083\0\0\0\0abc", // between the fragments of a message
                "\u0088\u0082\0\0\0\0\u0003\u00e8" // after its Close
            })
    void aClientThatVanishesIsNoErrorInTheLog(String last) {
        ChatClient.until(() -> replica.activity().connections(Transport.WEBSOCKET) == 1);
        RawSocketClient other = RawSocketClient.open(base, "other");
        other.readUntil("welcome");
        other.bytes(last.getBytes(StandardCharsets.ISO_8859_1));
        other.close();
        ChatClient.until(() -> connections.getConnections(GENERATED_ENDPOINT).size() == 1);
        assertThat(errors).isEmpty();
    }

    @Test
    void aClientThatClosesTogetherWithTheHandshakeIsNeitherCountedNorKept() {
        ChatClient.until(() -> replica.activity().connections(Transport.WEBSOCKET) == 1);
        String handshake = RawSocketClient.handshake("hasty", "");
        String close = "\u0088\u0080\0\0\0\0";
        try (RawSocketClient hasty = RawSocketClient.request(base, "")) {
            hasty.bytes((handshake + close).getBytes(StandardCharsets.ISO_8859_1));
            while (hasty.line() != null) {
                // Until the server closes the connection.
            }
        }
        ChatClient.until(() -> replica.activity().connections(Transport.WEBSOCKET) == 1);
        ChatClient.until(() -> connections.getConnections(GENERATED_ENDPOINT).size() == 1);
    }
}
