package io.liveline.chat;

import java.net.URI;
import java.util.Map;

import jakarta.inject.Inject;

import io.liveline.bus.EventBus;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.chat.replica.ChatContext;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.testing.ChatClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of heartbeats, and of connections that send nothing or do not read, with short timeouts. */
@QuarkusTest
@TestProfile(PatienceTest.ShortTimeouts.class)
class PatienceTest {

    /** Timeouts of seconds instead of half a minute. */
    public static final class ShortTimeouts implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "liveline.chat.heartbeat", "1s",
                    "liveline.chat.silence", "3s",
                    "liveline.chat.no-progress", "1s");
        }
    }

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Inject
    ChatContext replica;

    @Test
    void aSocketGetsAPingAndAHeartbeat() {
        try (RawSocketClient raw = RawSocketClient.open(base, "ann")) {
            boolean pinged = false;
            boolean heartbeat = false;
            while (!pinged || !heartbeat) {
                RawSocketClient.Received received = raw.read();
                assertThat(received.opcode()).as("closed").isGreaterThanOrEqualTo(0);
                pinged |= received.opcode() == RawSocketClient.PING;
                heartbeat |= received.text().equals("{\"type\":\"heartbeat\"}");
            }
        }
    }

    @Test
    void aSilentClientIsClosedAndLeavesTheRoom() {
        try (ChatClient bob = ChatClient.connect(base, "bob").join("silent", null);
                RawSocketClient ann = RawSocketClient.open(base, "ann")) {
            ann.text("{\"type\":\"join\",\"room\":\"silent\"}");
            bob.awaitFrame(
                    "members", frame -> frame.getJsonArray("joined").encode().contains("ann"));
            // The client reads all pings and answers none.
            assertThat(ann.readUntilClosed()).isEqualTo(1001);
            bob.awaitFrame("members", frame -> frame.getJsonArray("left").contains("ann"));
            assertThat(bob.isOpen()).as("a client that answers pings stays").isTrue();
        }
    }

    @Test
    void aStreamGetsAHeartbeat() {
        try (SseTestClient stream = SseTestClient.open(base, "/rooms/quiet/messages")) {
            assertThat(stream.await("joined").frame().getInteger("heartbeat_ms"))
                    .isEqualTo(1000);
            stream.await("heartbeat");
        }
    }

    @Test
    void aSocketThatIsNotReadIsClosedAndLeavesTheRoom() {
        awaitConnections(Transport.WEBSOCKET, 0);
        try (RawSocketClient stuck = RawSocketClient.open(base, "stuck", 4096)) {
            stuck.text("{\"type\":\"join\",\"room\":\"stuck-socket\"}");
            stuck.readUntil("joined");
            fill(new RoomName("stuck-socket"));
            awaitConnections(Transport.WEBSOCKET, 0);
        }
    }

    @Test
    void aStreamThatIsNotReadIsClosed() {
        awaitConnections(Transport.SSE, 0);
        RoomName room = new RoomName("stuck");
        try (RawSocketClient stuck = RawSocketClient.request(
                base, "GET /rooms/stuck/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")) {
            awaitConnections(Transport.SSE, 1);
            fill(room);
            awaitConnections(Transport.SSE, 0);
            while (stuck.line() != null) {
                // Data in flight still arrives, and then the end.
            }
        }
    }

    /** Waits for a number of connections: those of the test before may still be closing. */
    private void awaitConnections(Transport transport, int number) {
        ChatClient.until(() -> replica.activity().connections(transport) == number);
    }

    /** Publishes more than the kernel buffers on both sides. */
    private void fill(RoomName room) {
        Person ann = new Person("ann", "ann");
        String text = "x".repeat(16_000);
        for (int i = 0; i < 2000; i++) {
            bus.publish(room.messages(), MessageEvents.draft(room, ann, "" + i, MessageContent.text(text)))
                    .await()
                    .indefinitely();
        }
    }
}
