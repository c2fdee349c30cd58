package io.liveline.chat.replica;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Inject;

import io.liveline.bus.EventBus;
import io.liveline.chat.Client;
import io.liveline.chat.Raw;
import io.liveline.chat.Transport;
import io.liveline.chat.message.MessageEvents;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a replica holds for those who take nothing is bounded in all, and nobody can make it hold more. */
@QuarkusTest
@TestProfile(UnsentBudgetTest.Tight.class)
class UnsentBudgetTest {

    /**
     * On each of two to four event loops, room for a few that are stuck: a part of a frame of 16 KB is left for each.
     */
    public static final class Tight implements QuarkusTestProfile {

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
    void beyondWhatMayBeHeldInAllWhoWaitsLongestIsClosedAndTheOthersMissNothing() {
        int before = replica.activity().connections(Transport.WEBSOCKET);
        List<Raw> stuck = new ArrayList<>();
        try (Client reader = Client.connect(base, "ann").join("tight", null)) {
            for (int i = 0; i < 60; i++) {
                Raw raw = Raw.open(base, "stuck" + i, 4096);
                stuck.add(raw);
                raw.text("{\"type\":\"join\",\"room\":\"tight\"}");
                raw.readUntil("joined");
            }
            fill(new RoomName("tight"));
            Client.until(() -> replica.activity().connections(Transport.WEBSOCKET) < before + 61);
            reader.awaitText("last");
            assertTrue(reader.isOpen());
            assertTrue(held() <= 160_000, () -> "held: " + held());
        }
        stuck.forEach(Raw::close);
        Client.until(() -> held() == 0);
    }

    /** Answers to pings are not ours: only reading no more keeps them from piling up. */
    @Test
    void whoPingsAndNeverReadsIsNotReadFromAnyMore() {
        AtomicLong sent = new AtomicLong();
        try (Raw flood = Raw.open(base, "flood", 4096)) {
            Thread pinging = new Thread(() -> {
                byte[] payload = new byte[125];
                while (sent.get() < 100_000_000) {
                    flood.frame(true, Raw.PING, payload);
                    sent.addAndGet(payload.length);
                }
            });
            pinging.setDaemon(true);
            pinging.setUncaughtExceptionHandler((thread, closed) -> {});
            pinging.start();
            AtomicLong seen = new AtomicLong(-1);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(25))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> seen.getAndSet(sent.get()) == sent.get());
        }
        assertTrue(sent.get() < 100_000_000, "everything was read");
    }

    private double held() {
        return meters.get("liveline.chat.backlog").gauge().value();
    }

    /** More than the kernel takes on both sides. */
    private void fill(RoomName room) {
        Person bob = new Person("bob", "bob");
        String text = "x".repeat(16_000);
        for (int i = 0; i < 1000; i++) {
            post(room, bob, "" + i, text);
        }
        post(room, bob, "last", "last");
    }

    private void post(RoomName room, Person bob, String id, String text) {
        bus.publish(room.messages(), MessageEvents.draft(room, bob, id, text, replica.config()))
                .await()
                .indefinitely();
    }
}
