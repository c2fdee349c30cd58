package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.bus.Draft;
import io.liveline.bus.Topic;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.MembershipEvent;
import io.liveline.presence.store.Recorder;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of presence and typing over HTTP. */
@QuarkusTest
class PresenceHttpTest extends PresenceHttpFixture {

    @Test
    void anEmptyRoomIsReturned() {
        HttpResponse<String> answer = client.get(room + "/presence");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"room\":\"" + name + "\",\"online\":[],\"typing\":[],\"summary\":\"\"}");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).isEqualTo("application/json");
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).isEqualTo("no-store");
    }

    @Test
    void aHeartbeatAddsAPersonAndReturnsTheHeartbeatInterval() {
        HttpResponse<String> put = client.put(room + "/presence?name=ann");
        assertThat(put.statusCode()).isEqualTo(204);
        assertThat(put.headers().firstValue("Liveline-Heartbeat").orElseThrow()).isEqualTo("15");
        JsonObject ann = online().get(0);
        assertThat(ann.getString("user")).isEqualTo("ann");
        assertThat(ann.getString("name")).isEqualTo("ann");
        assertThat(ann.getString("state")).isEqualTo("active");
        assertThat(Math.abs(System.currentTimeMillis() - ann.getLong("since"))).isLessThan(60_000);
    }

    @Test
    void awayIsVisibleAndDeleteRemovesThePerson() {
        assertThat(client.send("PUT", room + "/presence?name=ann", "{\"state\":\"away\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(online().get(0).getString("state")).isEqualTo("away");
        assertThat(client.delete(room + "/presence?name=ann").statusCode()).isEqualTo(204);
        awaitOnline();
    }

    @Test
    void theTypingSummaryLeavesOutTheCaller() {
        for (String who : List.of("cy", "ann", "bob")) {
            HttpResponse<String> put = client.put(room + "/typing?name=" + who);
            assertThat(put.statusCode()).isEqualTo(204);
            assertThat(put.headers().firstValue("Liveline-Typing").orElseThrow())
                    .isEqualTo("3");
        }
        await().until(() -> summary("").equals("ann, bob and cy are typing"));
        assertThat(summary("?name=bob")).isEqualTo("ann and cy are typing");
        assertThat(summary("?name=dan")).isEqualTo("ann, bob and cy are typing");
        client.delete(room + "/typing?name=cy");
        await().until(() -> summary("?name=bob").equals("ann is typing"));
    }

    @Test
    void theTagStaysTheSameUntilSomethingChanges() {
        client.put(room + "/presence?name=ann");
        awaitOnline("ann");
        HttpResponse<String> first = client.get(room + "/presence");
        String tag = Client.tag(first);
        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<String> again = client.get(room + "/presence", "If-None-Match", known);
            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(Client.tag(again)).isEqualTo(tag);
            assertThat(again.body()).isEmpty();
        }
        assertThat(client.get(room + "/presence", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
        client.put(room + "/typing?name=ann");
        await().until(() -> client.get(room + "/presence", "If-None-Match", tag).statusCode() == 200);
        client.delete(room + "/typing?name=ann");
        await().until(() -> Client.tag(client.get(room + "/presence")).equals(tag));
    }

    @Test
    void aMessageEndsItsAuthorsTyping() {
        client.put(room + "/typing?name=ann");
        client.put(room + "/typing?name=bob");
        await().until(() -> summary("").equals("ann and bob are typing"));
        say("edited", "bob");
        say("message", "ann");
        await().atMost(Duration.ofSeconds(4)).until(() -> summary("").equals("bob is typing"));
    }

    @Test
    void oneHeartbeatAppliesToSeveralRooms() {
        String batch = "{\"rooms\":[\"" + name + "\",\"" + name + "-b\",\"" + name + "\"],\"state\":\"away\"}";
        HttpResponse<String> put = client.send("PUT", "/presence?name=ann&tab=1", batch);
        assertThat(put.statusCode()).as(put.body()).isEqualTo(204);
        assertThat(put.headers().firstValue("Liveline-Heartbeat").orElseThrow()).isEqualTo("15");
        assertThat(online().get(0).getString("state")).isEqualTo("away");
        JsonObject other = Client.json(client.get(room + "-b/presence"));
        assertThat(other.getJsonArray("online").getJsonObject(0).getString("user"))
                .isEqualTo("ann");
    }

    @ParameterizedTest
    @CsvSource({
        "'', bad_json",
        "'null', bad_json",
        "'{}', bad_rooms",
        "'{\"rooms\":[]}', bad_rooms",
        "'{\"rooms\":[\"good\",\"not good\"]}', bad_room",
        "'{\"rooms\":[null]}', bad_json",
        "'{\"rooms\":\"good\"}', bad_json",
        "'{\"rooms\":[\"good\"],\"state\":\"asleep\"}', bad_json",
    })
    void aBadBatchIsAProblemAndChangesNoRoom(String body, String code) {
        String ours = body.replace("good\"", name + "\"").replace("not " + name, "not good");
        assertProblem(client.send("PUT", "/presence?name=ann", ours), 400, code);
        assertThat(online()).isEmpty();
    }

    @Test
    void theRoomsOfABatchAreLimited() {
        String rooms = IntStream.range(0, 101)
                .mapToObj(i -> "\"" + name + "-" + i + "\"")
                .collect(Collectors.joining(","));
        assertProblem(client.send("PUT", "/presence?name=ann", "{\"rooms\":[" + rooms + "]}"), 400, "bad_rooms");
        assertProblem(client.send("PUT", "/presence", "{\"rooms\":[\"" + name + "\"]}"), 401, "who_are_you");
    }

    @Test
    void peopleConnectedOverChatArePresent() {
        String event = "{\"replica\":\"c1\",\"lease_ms\":15000,\"rooms\":{\"" + name
                + "\":[{\"user\":\"ann\",\"name\":\"Ann\"}]}}";
        for (String bad : List.of("no json", "{}", "{\"replica\":1}", event.replace("15000", "-1"))) {
            bus.publish(MembershipEvent.TOPIC, Draft.of(bad)).await().atMost(Duration.ofSeconds(20));
        }
        bus.publish(MembershipEvent.TOPIC, Draft.of(event)).await().atMost(Duration.ofSeconds(20));
        awaitOnline("ann");
    }

    @Test
    void typingIsRejectedInALargeRoom() {
        for (int i = 0; i < 5; i++) {
            client.put(room + "/presence?name=p" + i);
        }
        assertProblem(client.put(room + "/typing?name=ann"), 409, "no_typing");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /presence, , 401, who_are_you",
        "PUT, /presence?name=, , 400, bad_name",
        "PUT, /presence?name=a%0Ab, , 400, bad_name",
        "PUT, /presence?name=ann, {, 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":\"asleep\"}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":1}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"mood\":\"good\"}', 400, bad_json",
        "PUT, /presence?name=ann, '{\"state\":\"away\"} x', 400, bad_json",
        "PUT, /presence?name=ann, '[]', 400, bad_json",
        "PUT, /presence?name=ann&tab=a%20b, , 400, bad_tab",
        "DELETE, /presence, , 401, who_are_you",
        "DELETE, /presence?name=ann&tab=%C3%A9, , 400, bad_tab",
        "PUT, /typing, , 401, who_are_you",
        "DELETE, /typing, , 401, who_are_you",
        "GET, /presence?name=, , 400, bad_name",
        "POST, /presence, , 405, method_not_allowed",
    })
    void badInputIsAProblemAndChangesNothing(String method, String path, String body, int status, String code) {
        assertProblem(client.send(method, room + path, body), status, code);
        assertThat(online()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%20b",
                "a%7Bb",
                "%0A",
                "a%00b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aBadRoomIsAProblem(String bad) {
        assertProblem(client.get("/rooms/" + bad + "/presence"), 400, "bad_room");
        assertProblem(client.put("/rooms/" + bad + "/presence?name=ann"), 400, "bad_room");
        assertProblem(client.put("/rooms/" + bad + "/typing?name=ann"), 400, "bad_room");
    }

    @Test
    void roomsAndPollsArePublishedForTheDashboard() throws Exception {
        Recorder recorder = Recorder.on(bus, ActivityEvent.TOPIC);
        client.put(room + "/presence?name=ann");
        client.put(room + "/typing?name=ann");
        await().until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("presence", new JsonObject()))
                .filter(rooms -> rooms.containsKey(name))
                .map(rooms -> rooms.getJsonObject(name))
                .anyMatch(fact -> fact.getInteger("online") == 1
                        && fact.getInteger("typing") == 1
                        && fact.getString("cursor").matches("[0-9a-z]+-\\d+")));
        await().atMost(Duration.ofSeconds(20)).until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()))
                .anyMatch(fact -> fact.getString("replica", "").startsWith("presence-")
                        && fact.getJsonObject("connections").getInteger("longpoll") >= 0));
    }

    private void say(String type, String author) {
        String event = new JsonObject()
                .put("type", type)
                .put("room", name)
                .put("id", "1")
                .put("author", author)
                .put("name", author)
                .put("text", "hello")
                .encode();
        bus.publish(new Topic("room:" + name), Draft.of(event)).await().atMost(Duration.ofSeconds(20));
    }

    private List<JsonObject> online() {
        List<JsonObject> online = new ArrayList<>();
        Client.json(client.get(room + "/presence")).getJsonArray("online").forEach(p -> online.add((JsonObject) p));
        return online;
    }

    private void awaitOnline(String... users) {
        await().until(() ->
                online().stream().map(p -> p.getString("user")).toList().equals(List.of(users)));
    }

    private String summary(String query) {
        return Client.json(client.get(room + "/presence" + query)).getString("summary");
    }
}
