package io.liveline.chat.replica;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import jakarta.inject.Inject;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.chat.Client;
import io.liveline.edge.RoomName;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

/** What the dashboard is told. */
@QuarkusTest
class ActivityPublisherTest {

    private final String room = "told" + UUID.randomUUID();

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Test
    void theDashboardIsToldHowManyMessagesARoomHasHadAndChangesAreNone() {
        try (Client ann = Client.connect(base, "ann").join(room, null)) {
            ann.post(room, "1", "one");
            String message = ann.await1("posted").getString("cursor");
            ann.send(new JsonObject()
                    .put("type", "edit")
                    .put("room", room)
                    .put("message", message)
                    .put("text", "eins"));
            ann.await1("edited");
            ann.post(room, "2", "two");
            awaitTold(2);
        }
    }

    @Test
    void whatAReplicaThatDiedDidNotTellIsToldWhenSomebodyComes() {
        sayUntold(3);
        try (Client ann = Client.connect(base, "ann").join(room, null)) {
            awaitTold(3);
        }
    }

    @Test
    void whatWasLostIsToldAgainWhileSomebodyIsThereThoughNobodySaysAnything() {
        sayUntold(1);
        try (Client ann = Client.connect(base, "ann").join(room, null)) {
            awaitTold(1);
            sayUntold(2);
            awaitTold(3);
        }
    }

    /** Straight into the log: nobody tells of it. */
    private void sayUntold(int messages) {
        for (int i = 0; i < messages; i++) {
            bus.publish(new RoomName(room).messages(), Draft.of("{\"type\":\"message\"}"))
                    .await()
                    .atMost(Duration.ofSeconds(20));
        }
    }

    private void awaitTold(int messages) {
        await().atMost(Duration.ofSeconds(20)).until(() -> told().stream()
                .anyMatch(fact -> fact.getInteger("messages") == messages
                        && Cursor.parse(fact.getString("cursor")).offset() >= messages));
    }

    private List<JsonObject> told() {
        return bus.readBack(new Topic("activity"), null, 200).await().atMost(Duration.ofSeconds(20)).events().stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("rooms", new JsonObject()))
                .filter(rooms -> rooms.containsKey(room))
                .map(rooms -> rooms.getJsonObject(room))
                .toList();
    }
}
