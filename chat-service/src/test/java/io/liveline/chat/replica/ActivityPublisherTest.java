package io.liveline.chat.replica;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import jakarta.inject.Inject;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.testing.ChatClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

/** Test of the reports of activity to the dashboard. */
@QuarkusTest
class ActivityPublisherTest {

    private final String room = "reported" + UUID.randomUUID();

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Test
    void theMessagesOfARoomAreReportedWithoutItsChanges() {
        try (ChatClient ann = ChatClient.connect(base, "ann").join(room, null)) {
            ann.post(room, "1", "one");
            String message = ann.await("posted").getString("cursor");
            ann.send(new JsonObject()
                    .put("type", "edit")
                    .put("room", room)
                    .put("message", message)
                    .put("text", "eins"));
            ann.await("edited");
            ann.post(room, "2", "two");
            awaitReported(2);
        }
    }

    @Test
    void messagesThatADeadReplicaDidNotReportAreReportedAtTheNextJoin() {
        publishUnreported(3);
        try (ChatClient ann = ChatClient.connect(base, "ann").join(room, null)) {
            awaitReported(3);
        }
    }

    @Test
    void lostReportsAreRepeatedForARoomWithMembersWithoutFurtherPosts() {
        publishUnreported(1);
        try (ChatClient ann = ChatClient.connect(base, "ann").join(room, null)) {
            awaitReported(1);
            publishUnreported(2);
            awaitReported(3);
        }
    }

    /** Publishes directly into the log, without a report. */
    private void publishUnreported(int messages) {
        for (int i = 0; i < messages; i++) {
            bus.publish(new RoomName(room).messages(), Draft.of("{\"type\":\"message\"}"))
                    .await()
                    .atMost(Duration.ofSeconds(20));
        }
    }

    private void awaitReported(int messages) {
        await().atMost(Duration.ofSeconds(20)).until(() -> reported().stream()
                .anyMatch(fact -> fact.getInteger("messages") == messages
                        && Cursor.parse(fact.getString("cursor")).offset() >= messages));
    }

    private List<JsonObject> reported() {
        return bus.readBack(ActivityEvent.TOPIC, null, 200).await().atMost(Duration.ofSeconds(20)).events().stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("rooms", new JsonObject()))
                .filter(rooms -> rooms.containsKey(room))
                .map(rooms -> rooms.getJsonObject(room))
                .toList();
    }
}
