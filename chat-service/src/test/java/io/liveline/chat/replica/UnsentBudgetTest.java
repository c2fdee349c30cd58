package io.liveline.chat.replica;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Inject;

import io.liveline.bus.EventBus;
import io.liveline.chat.RawSocketClient;
import io.liveline.chat.Transport;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.testing.ChatClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the bound on unsent bytes of all slow connections of a replica. */
@QuarkusTest
@TestProfile(UnsentBudgetTest.SmallBudget.class)
class UnsentBudgetTest {

    /**
     * Budget for a few stuck connections on each of two to four event loops: a part of a 16 KB frame is left for each.
     */
    public static final class SmallBudget implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "liveline.chat.backlog-bytes",
                    "160000",
                    "liveline.chat.catch-up-bytes",
                    "20000",
                    "liveline.chat.no-progress",
                    "10m");
        }
    }

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Inject
    ChatContext replica;

    @Inject
    MeterRegistry meters;

    @Test
    void beyondTheBudgetTheLongestWaitingAreClosedAndTheOthersMissNothing() {
        int before = replica.activity().connections(Transport.WEBSOCKET);
        List<RawSocketClient> stuck = new ArrayList<>();
        try (ChatClient reader = ChatClient.connect(base, "ann").join("tight", null)) {
            for (int i = 0; i < 60; i++) {
                RawSocketClient raw = RawSocketClient.open(base, "stuck" + i, 4096);
                stuck.add(raw);
                raw.text("{\"type\":\"join\",\"room\":\"tight\"}");
                raw.readUntil("joined");
            }
            fill(new RoomName("tight"));
            ChatClient.until(() -> replica.activity().connections(Transport.WEBSOCKET) < before + 61);
            reader.awaitText("last");
            assertThat(reader.isOpen()).isTrue();
            assertThat(held()).isLessThanOrEqualTo(160_000);
        }
        stuck.forEach(RawSocketClient::close);
        ChatClient.until(() -> held() == 0);
    }

    /** Pongs are written by Vert.x: only not reading any more keeps them from accumulating. */
    @Test
    void aClientThatPingsAndNeverReadsIsNotReadFrom() {
        AtomicLong sent = new AtomicLong();
        try (RawSocketClient flood = RawSocketClient.open(base, "flood", 4096)) {
            Thread pinging = new Thread(() -> {
                byte[] payload = new byte[125];
                while (sent.get() < 100_000_000) {
                    flood.frame(true, RawSocketClient.PING, payload);
                    sent.addAndGet(payload.length);
                }
            });
            pinging.setDaemon(true);
            pinging.setUncaughtExceptionHandler((thread, closed) -> {});
            pinging.start();
            AtomicLong lastSent = new AtomicLong(-1);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(25))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> lastSent.getAndSet(sent.get()) == sent.get());
        }
        assertThat(sent.get()).as("everything was read").isLessThan(100_000_000);
    }

    private double held() {
        return meters.get("liveline.chat.backlog").gauge().value();
    }

    /** Publishes more than the kernel buffers on both sides. */
    private void fill(RoomName room) {
        Person bob = new Person("bob", "bob");
        String text = "x".repeat(16_000);
        for (int i = 0; i < 1000; i++) {
            post(room, bob, "" + i, text);
        }
        post(room, bob, "last", "last");
    }

    private void post(RoomName room, Person bob, String id, String text) {
        bus.publish(room.messages(), MessageEvents.draft(room, bob, id, MessageContent.text(text)))
                .await()
                .indefinitely();
    }
}
