package io.liveline.chat.room;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.chat.RawSocketClient;
import io.liveline.chat.members.RoomMembership;
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
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of backpressure: answers beyond what a connection accepts wait until it accepts them, and do not close it. */
@QuarkusTest
@TestProfile(BackpressureTest.Settings.class)
class BackpressureTest {

    /** Settings with as many rooms as in production, and timeouts that a slow machine does not reach. */
    public static final class Settings implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "liveline.chat.rooms-per-connection", "" + ROOMS,
                    "liveline.chat.no-progress", "10m",
                    "liveline.chat.silence", "10m");
        }
    }

    private static final int ROOMS = 100;
    private static final int MEMBERS = 200;
    private static final String OTHER = "{\"type\":\"edit\",\"room\":\"other\",\"message\":\"abc-1\",\"text\":\"x\"}";

    @TestHTTPResource
    URI base;

    @Inject
    EventBus bus;

    @Inject
    RoomRegistry rooms;

    @Inject
    RoomMembership membership;

    @Inject
    MeterRegistry meters;

    private final List<Person> people = IntStream.range(0, MEMBERS)
            .mapToObj(i -> new Person(i + "\u754c".repeat(60), i + "\u754c".repeat(60)))
            .toList();

    private void each(BiConsumer<RoomName, Person> action) {
        for (int i = 0; i < ROOMS; i++) {
            RoomName room = room(i);
            people.forEach(person -> action.accept(room, person));
        }
    }

    private static RoomName room(int number) {
        return new RoomName("full" + number);
    }

    /** Uses about 80 KB of members in each of a hundred rooms, which is more than the kernel buffers on both sides. */
    @Test
    void aClientThatJoinsManyLargeRoomsInOneWriteGetsEachJoinedWhenItsConnectionIsReady() {
        each(rooms::enter);
        try (RawSocketClient ann = RawSocketClient.open(base, "ann", 4096, "Sec-WebSocket-Protocol: liveline.v1\r\n")) {
            String joins = IntStream.range(0, ROOMS)
                    .mapToObj(i -> "{\"type\":\"join\",\"room\":\"" + room(i) + "\"}")
                    .collect(Collectors.joining("\n"));
            String post = "{\"type\":\"post\",\"room\":\"" + room(ROOMS - 1) + "\",\"id\":\"1\",\"text\":\"hello\"}";
            ann.text(joins + "\n" + post + "\n" + OTHER);
            ChatClient.until(() -> meters.get("liveline.chat.backlog").gauge().value() > 0);
            each(rooms::leave);
            ChatClient.until(() ->
                    !membership.members(room(ROOMS - 1)).contains(people.get(0).user()));

            List<JsonObject> frames = new ArrayList<>();
            while (count(frames, "joined") < ROOMS || count(frames, "message") < 1 || count(frames, "posted") < 1) {
                RawSocketClient.Received received = ann.read();
                assertThat(received.opcode())
                        .as(() ->
                                "closed with " + received.closeCode() + " after " + count(frames, "joined") + " joined")
                        .isNotIn(RawSocketClient.CLOSE, -1);
                if (received.opcode() == RawSocketClient.TEXT) {
                    received.text().lines().map(JsonObject::new).forEach(frames::add);
                }
            }

            assertThat(all(frames, "joined").stream()
                            .map(frame -> frame.getString("room"))
                            .collect(Collectors.toSet()))
                    .isEqualTo(IntStream.range(0, ROOMS)
                            .mapToObj(i -> room(i).text())
                            .collect(Collectors.toSet()));
            // The members are those of the time of sending: no answer is created for a connection that does not accept
            // it.
            assertThat(members(all(frames, "joined").get(0))).isGreaterThanOrEqualTo(MEMBERS);
            assertThat(members(all(frames, "joined").get(ROOMS - 1))).isLessThan(MEMBERS);
            assertThat(all(frames, "error").get(0).getString("code")).isEqualTo("not_joined");
            // A message posted after the join is delivered, though the joined frame was sent later.
            JsonObject message = all(frames, "message").get(0);
            JsonObject joined = all(frames, "joined").stream()
                    .filter(frame -> frame.getString("room").equals(message.getString("room")))
                    .findAny()
                    .orElseThrow();
            assertThat(frames.indexOf(joined)).isLessThan(frames.indexOf(message));
            assertThat(offset(message)).isEqualTo(offset(joined) + 1);
        }
    }

    @Test
    void aClientThatResumesManyRoomsAtOnceGetsAllMissedMessagesOfEach() {
        List<String> starts = publish("back", 50, 10, "x");
        Map<String, List<String>> texts = new HashMap<>();
        try (ChatClient ann = ChatClient.connect(base, "ann")) {
            ann.send(joins("back", starts));
            ChatClient.until(() -> ann.all("message").size() == 500);
            ann.all("message")
                    .forEach(frame -> texts.computeIfAbsent(frame.getString("room"), room -> new ArrayList<>())
                            .add(frame.getString("id")));
        }
        assertThat(texts).hasSize(50);
        List<String> inOrder = IntStream.range(1, 11).mapToObj(i -> "" + i).toList();
        assertThat(texts.values()).as(texts::toString).allMatch(inOrder::equals);
    }

    /** Uses pages of 8 MB in each of these rooms, which is more than the kernel buffers on both sides. */
    @Test
    void onlyOnePageOfAllItsRoomsIsReadForAConnectionThatIsNotReady() {
        List<String> starts = publish("pages", 5, 520, "x".repeat(16_000));
        double before = meters.get("liveline.chat.pages").counter().count();
        try (RawSocketClient ann = RawSocketClient.open(base, "ann", 4096)) {
            ann.text(joins("pages", starts));
            ChatClient.until(() -> meters.get("liveline.chat.backlog").gauge().value() > 0);
            assertThat(meters.get("liveline.chat.pages").counter().count()).isEqualTo(before + 1);
        }
    }

    private static String joins(String rooms, List<String> after) {
        return IntStream.range(0, after.size())
                .mapToObj(i -> "{\"type\":\"join\",\"room\":\"" + rooms + i + "\",\"after\":\"" + after.get(i) + "\"}")
                .collect(Collectors.joining("\n"));
    }

    /** Publishes messages in rooms without members, and returns the cursor of the first one in each. */
    private List<String> publish(String rooms, int count, int messages, String text) {
        Person bob = new Person("bob", "Bob");
        List<String> starts = new ArrayList<>();
        for (int room = 0; room < count; room++) {
            RoomName name = new RoomName(rooms + room);
            for (int i = 0; i <= messages; i++) {
                Cursor cursor = bus.publish(
                                name.messages(), MessageEvents.draft(name, bob, "" + i, MessageContent.text(text)))
                        .await()
                        .indefinitely();
                if (i == 0) {
                    starts.add(cursor.toString());
                }
            }
        }
        return starts;
    }

    private static int members(JsonObject joined) {
        return joined.getJsonArray("members").size();
    }

    private static long offset(JsonObject frame) {
        return Cursor.parse(frame.getString("cursor")).offset();
    }

    private static int count(List<JsonObject> frames, String type) {
        return all(frames, type).size();
    }

    private static List<JsonObject> all(List<JsonObject> frames, String type) {
        return frames.stream()
                .filter(frame -> type.equals(frame.getString("type")))
                .toList();
    }
}
