package io.liveline.chat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Inject;

import io.liveline.bus.EventBus;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the negotiation of the subprotocol, and of the framing that follows from it. */
@QuarkusTest
class SubprotocolTest {

    private static final String HEADER = "Sec-WebSocket-Protocol: ";
    private static final String TOKEN = "quarkus-http-upgrade%23Authorization%23Bearer%20abc";
    private static final int MESSAGES = 20;

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @ParameterizedTest
    @ValueSource(strings = {"", HEADER + "\r\n", HEADER + TOKEN + "\r\n"})
    void withoutASubprotocolEachMessageIsOneDocument(String header) {
        List<JsonObject> messages = new ArrayList<>();
        for (String text : textsOfBacklog(header)) {
            // Fails if another document follows in the same text.
            JsonObject frame = new JsonObject(text);
            if (frame.getString("type").equals("message")) {
                messages.add(frame);
            }
        }
        assertThat(messages).hasSize(MESSAGES);
    }

    @Test
    void aClientWithLivelineV1GetsManyDocumentsInOneMessage() {
        List<String> texts = textsOfBacklog(HEADER + "liveline.v1\r\n");
        assertThat(texts.get(texts.size() - 1).lines().count()).isEqualTo(MESSAGES);
    }

    /** Returns all WebSocket messages up to the last of some posts that a joining client has missed. */
    private List<String> textsOfBacklog(String header) {
        RoomName room = new RoomName("backlog");
        String start = publish(room, 0);
        for (int i = 1; i <= MESSAGES; i++) {
            publish(room, i);
        }
        List<String> texts = new ArrayList<>();
        try (RawSocketClient raw = RawSocketClient.open(base, "ann", 0, header)) {
            raw.text("{\"type\":\"join\",\"room\":\"backlog\",\"after\":\"" + start + "\"}");
            do {
                RawSocketClient.Received frame = raw.read();
                // A ping may come at any time.
                if (frame.opcode() == RawSocketClient.TEXT) {
                    texts.add(frame.text());
                }
            } while (texts.isEmpty() || !texts.get(texts.size() - 1).contains("text-" + MESSAGES));
        }
        return texts;
    }

    private String publish(RoomName room, int number) {
        String id = System.nanoTime() + "";
        return bus.publish(
                        room.messages(),
                        MessageEvents.draft(room, new Person("bob", "Bob"), id, MessageContent.text("text-" + number)))
                .await()
                .indefinitely()
                .toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "liveline.v1",
                "liveline.v1, liveline.v2",
                "liveline.v2, liveline.v1",
                "liveline.v2,liveline.v1",
                TOKEN + ", liveline.v1",
                "liveline.v1, " + TOKEN + ", mqtt",
            })
    void aClientThatOffersLivelineV1AmongOthersGetsIt(String offered) {
        String head = RawSocketClient.answer(base, RawSocketClient.handshake("ann", HEADER + offered + "\r\n"));
        assertThat(head).startsWith("HTTP/1.1 101");
        assertThat(head.toLowerCase()).as(head).contains("sec-websocket-protocol: liveline.v1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "liveline.v2",
                "liveline.v2, liveline.v3",
                "LIVELINE.V1",
                "mqtt",
                TOKEN + ", liveline.v2",
                "liveline.v2, " + TOKEN,
            })
    void aClientThatOffersOnlyUnknownSubprotocolsIsRejected(String offered) {
        try (RawSocketClient raw =
                RawSocketClient.request(base, RawSocketClient.handshake("ann", HEADER + offered + "\r\n"))) {
            assertThat(raw.line()).isEqualTo("HTTP/1.1 400 Bad Request");
            String problem = raw.body();
            assertThat(problem).contains("\"unknown_subprotocol\"");
            assertThat(problem).contains("liveline.v1");
        }
    }
}
