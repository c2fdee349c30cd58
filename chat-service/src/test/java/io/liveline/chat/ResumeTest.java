package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;

import jakarta.inject.Inject;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.chat.message.MessageEvents;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.testing.Background;
import io.liveline.testing.ChatClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of resuming: a client with a cursor gets exactly the missed messages, without duplicates or holes, in order. */
@QuarkusTest
class ResumeTest {

    private static final int LENGTH = 1000;

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    private List<Cursor> publish(RoomName room, String by, int count) {
        Person person = new Person(by, by);
        List<CompletableFuture<Cursor>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Draft draft = MessageEvents.draft(room, person, by + i, MessageContent.text(by + "-" + i));
            all.add(bus.publish(room.messages(), draft).subscribeAsCompletionStage());
        }
        return all.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void aCutAtEveryPointOfAStreamOfAThousandMessagesLosesAndRepeatsNothing() {
        RoomName room = new RoomName("cuts");
        List<Cursor> sent = publish(room, "ann", LENGTH);
        String cursor = sent.get(0).at(0).toString();
        // The connection is cut after each message in turn, while later ones are in flight.
        List<String> seen = new ArrayList<>();
        for (int k = 0; k < LENGTH; k++) {
            cursor = nextBySocket("cuts", cursor);
            seen.add(cursor);
        }
        assertThat(seen).isEqualTo(sent.stream().map(Cursor::toString).toList());
    }

    @Test
    void aChangeOfTransportAtEveryPointLosesAndRepeatsNothing() {
        RoomName room = new RoomName("changes");
        String cursor = publish(room, "first", 1).get(0).toString();
        CompletableFuture<List<Cursor>> sent = Background.supply(() -> publish(room, "ann", LENGTH));
        List<BinaryOperator<String>> ways =
                List.of(this::nextBySocket, this::nextByStream, this::nextByLongPoll, this::nextByPoll);
        List<String> seen = new ArrayList<>();
        for (int k = 0; k < LENGTH; k++) {
            cursor = ways.get(k % ways.size()).apply("changes", cursor);
            seen.add(cursor);
        }
        assertThat(seen).isEqualTo(sent.join().stream().map(Cursor::toString).toList());
    }

    /** Returns the next message; the connection is cut while others are in flight. */
    private String nextBySocket(String room, String cursor) {
        try (RawSocketClient raw = RawSocketClient.open(base, "bob")) {
            raw.text("{\"type\":\"join\",\"room\":\"" + room + "\",\"after\":\"" + cursor + "\"}");
            assertThat(raw.readUntil("joined")).contains("\"recovered\":true");
            return cursorOf(raw.readUntil("\"message\"").lines().findFirst().orElseThrow());
        }
    }

    private String nextByStream(String room, String cursor) {
        String head = "GET /rooms/" + room + "/messages HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                + "Last-Event-ID: " + cursor + "\r\n\r\n";
        try (RawSocketClient raw = RawSocketClient.request(base, head)) {
            String line = raw.line();
            while (!line.startsWith("data: {\"type\":\"message\"")) {
                assertThat(line).doesNotContain("\"recovered\":false");
                line = raw.line();
            }
            return cursorOf(line.substring(6));
        }
    }

    private String nextByLongPoll(String room, String cursor) {
        return next(
                HttpTestClient.get(base, "/rooms/" + room + "/messages?limit=1&after=" + cursor, "Prefer", "wait=30"));
    }

    private String nextByPoll(String room, String cursor) {
        JsonObject page;
        do {
            page = new JsonObject(HttpTestClient.get(base, "/rooms/" + room + "/messages?limit=1&after=" + cursor)
                    .body());
        } while (page.getJsonArray("messages").isEmpty());
        return page.getString("cursor");
    }

    private static String next(HttpResponse<String> answer) {
        JsonObject page = new JsonObject(answer.body());
        assertThat(page.getBoolean("complete")).isTrue();
        assertThat(page.getJsonArray("messages")).hasSize(1);
        return page.getString("cursor");
    }

    private static String cursorOf(String json) {
        return new JsonObject(json).getString("cursor");
    }

    @Test
    void theRestFromEveryTenthPointIsExactlyTheRest() {
        RoomName room = new RoomName("rests");
        List<Cursor> sent = publish(room, "ann", LENGTH);
        List<String> all = sent.stream().map(Cursor::toString).toList();
        for (int k = 0; k < LENGTH; k += 10) {
            try (ChatClient bob = ChatClient.connect(base, "bob").join("rests", all.get(k))) {
                int missing = LENGTH - k - 1;
                ChatClient.until(() -> bob.all("message").size() >= missing);
                assertThat(bob.all("message").stream()
                                .map(message -> message.getString("cursor"))
                                .toList())
                        .isEqualTo(all.subList(k + 1, LENGTH));
            }
        }
    }

    @Test
    void joiningWhileEightPublishCausesNoHoleAndNoDuplicate() {
        RoomName room = new RoomName("seam");
        String start = publish(room, "first", 1).get(0).toString();
        List<CompletableFuture<List<Cursor>>> publishers = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            String by = "p" + p;
            publishers.add(Background.supply(() -> publish(room, by, 250)));
        }
        List<ChatClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(ChatClient.connect(base, "reader" + i).join("seam", start));
        }
        publishers.forEach(CompletableFuture::join);
        String last = publish(room, "last", 1).get(0).toString();
        for (ChatClient client : clients) {
            client.awaitFrame("message", message -> last.equals(message.getString("cursor")));
            List<Long> offsets = client.all("message").stream()
                    .map(message -> Cursor.parse(message.getString("cursor")).offset())
                    .toList();
            assertThat(offsets).hasSize(2001);
            List<String> texts = client.texts();
            Map<String, Integer> next = new HashMap<>();
            for (int i = 0; i < offsets.size(); i++) {
                assertThat(offsets.get(i)).isEqualTo(i + 2);
                String[] text = texts.get(i).split("-");
                assertThat(Integer.parseInt(text[1])).isEqualTo(next.merge(text[0], 1, Integer::sum) - 1);
            }
            client.close();
        }
    }

    @Test
    void aClientThatStopsReadingLaterGetsEverythingOrAGap() {
        RoomName room = new RoomName("slow");
        String start = publish(room, "first", 1).get(0).toString();
        try (RawSocketClient slow = RawSocketClient.open(base, "slow", 4096);
                ChatClient quick = ChatClient.connect(base, "quick").join("slow", start)) {
            slow.text("{\"type\":\"join\",\"room\":\"slow\",\"after\":\"" + start + "\"}");
            slow.readUntil("joined");
            Person ann = new Person("ann", "ann");
            String text = "x".repeat(8000);
            for (int i = 0; i < 2000; i++) {
                bus.publish(room.messages(), MessageEvents.draft(room, ann, "" + i, MessageContent.text(text)))
                        .await()
                        .indefinitely();
            }
            quick.awaitFrame("message", message -> "1999".equals(message.getString("id")));

            long at = 1;
            boolean gapSent = false;
            while (at < 2001) {
                RawSocketClient.Received received = slow.read();
                if (received.opcode() != RawSocketClient.TEXT) {
                    continue;
                }
                for (String line : received.text().lines().toList()) {
                    JsonObject frame = new JsonObject(line);
                    if ("gap".equals(frame.getString("type"))) {
                        gapSent = true;
                        assertThat(Cursor.parse(frame.getString("after")).offset())
                                .isEqualTo(at);
                        at = Cursor.parse(frame.getString("cursor")).offset();
                    } else if ("message".equals(frame.getString("type"))) {
                        long offset = Cursor.parse(frame.getString("cursor")).offset();
                        assertThat(offset).as("a hole without a gap").isEqualTo(++at);
                    }
                }
            }
            assertThat(gapSent).as("16 MB do not fit into a ring of 1 MB").isTrue();
        }
    }
}
