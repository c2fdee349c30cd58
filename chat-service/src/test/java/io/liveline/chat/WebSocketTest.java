package io.liveline.chat;

import java.net.URI;
import java.nio.charset.StandardCharsets;

import jakarta.inject.Inject;

import io.liveline.chat.replica.ChatContext;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The corners of RFC 6455, with a client that can misbehave. */
@QuarkusTest
class WebSocketTest {

    @TestHTTPResource
    URI base;

    @Inject
    ChatContext replica;

    private Raw raw;

    @BeforeEach
    void open() {
        raw = Raw.open(base, "ann");
        raw.readUntil("welcome");
    }

    @AfterEach
    void close() {
        raw.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aTextInFragmentsWithAPingBetweenThemIsOneTextAndThePingIsAnswered() {
        byte[] join = utf8("{\"type\":\"join\",\"room\":\"fragménts\"}");
        // Cut in the middle of the two bytes of é.
        int cut = new String(join, StandardCharsets.ISO_8859_1).indexOf('\u00c3') + 1;
        raw.frame(false, Raw.TEXT, java.util.Arrays.copyOfRange(join, 0, cut));
        raw.frame(true, Raw.PING, utf8("are you there"));
        raw.frame(false, Raw.CONTINUATION, new byte[0]);
        raw.frame(true, Raw.CONTINUATION, java.util.Arrays.copyOfRange(join, cut, join.length));
        Raw.Received pong = raw.read();
        assertEquals(Raw.PONG, pong.opcode());
        assertArrayEquals(utf8("are you there"), pong.payload());
        assertTrue(raw.readUntil("joined").contains("fragménts"));
    }

    @Test
    void aBinaryMessageIsAnsweredByAnErrorAndTheConnectionGoesOn() {
        raw.frame(true, Raw.BINARY, new byte[] {1, 2, 3});
        assertTrue(raw.readUntil("error").contains("bad_json"));
        raw.text("{\"type\":\"join\",\"room\":\"binary\"}");
        raw.readUntil("joined");
    }

    @Test
    void invalidUtf8IsClosedWith1007() {
        raw.frame(true, Raw.TEXT, new byte[] {'"', (byte) 0xc3, (byte) 0x28, '"'});
        assertEquals(1007, raw.readUntilClosed());
    }

    @Test
    void anOversizedMessageIsClosedWith1009() {
        raw.frame(true, Raw.TEXT, new byte[65537]);
        assertEquals(1009, raw.readUntilClosed());
    }

    @Test
    void anOversizedMessageInFragmentsIsClosedWith1009() {
        raw.frame(false, Raw.TEXT, utf8("x".repeat(40_000)));
        raw.frame(true, Raw.CONTINUATION, utf8("x".repeat(40_000)));
        assertEquals(1009, raw.readUntilClosed());
    }

    @Test
    void anUnmaskedFrameIsClosedWith1002() {
        raw.frame(0x80 | Raw.TEXT, utf8("{}"), false);
        assertEquals(1002, raw.readUntilClosed());
    }

    @Test
    void aReservedOpcodeIsClosedWith1002() {
        raw.frame(true, 3, utf8("{}"));
        assertEquals(1002, raw.readUntilClosed());
    }

    @Test
    void aContinuationOfNothingIsClosedWith1002() {
        raw.frame(true, Raw.CONTINUATION, utf8("{}"));
        assertEquals(1002, raw.readUntilClosed());
    }

    @Test
    void aCloseIsAnsweredWithItsCode() {
        raw.frame(true, Raw.CLOSE, new byte[] {0x03, (byte) 0xe8});
        assertEquals(1000, raw.readUntilClosed());
        assertEquals(-1, raw.read().opcode(), "the server ends the connection");
    }

    @Test
    void whoClosesInOneBreathWithTheHandshakeIsNotCounted() {
        Client.until(() -> replica.activity().connections(Transport.WEBSOCKET) == 1);
        String handshake = Raw.handshake("hasty", "");
        String close = "\u0088\u0080\0\0\0\0";
        try (Raw hasty = Raw.request(base, "")) {
            hasty.bytes((handshake + close).getBytes(StandardCharsets.ISO_8859_1));
            while (hasty.line() != null) {
                // Until the server hangs up.
            }
        }
        assertEquals(1, replica.activity().connections(Transport.WEBSOCKET));
    }
}
