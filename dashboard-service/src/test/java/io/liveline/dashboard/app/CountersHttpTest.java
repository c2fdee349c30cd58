package io.liveline.dashboard.app;

import java.net.http.HttpResponse;
import java.util.List;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Counters read and changed over HTTP. */
@QuarkusTest
class CountersHttpTest extends DashboardHttp {

    @Test
    void anIncrementReturnsTheNewValueAndIsVisibleAtOnce() {
        assertEquals(3, Client.json(client.add(orders, 3)).getLong("value"));
        HttpResponse<String> second = client.add(orders, 4);
        assertEquals(200, second.statusCode());
        assertEquals(orders, Client.json(second).getString("name"));
        assertEquals(7, Client.json(second).getLong("value"));
        JsonObject seen = Client.json(client.get("/counters?names=" + orders));
        assertEquals(
                new JsonObject()
                        .put("value", 7)
                        .put("version", Client.json(second).getString("version")),
                seen.getJsonObject("counters").getJsonObject(orders));
        assertEquals(Client.json(second).getString("version"), seen.getString("cursor"));
    }

    @Test
    void aRepeatedKeyGetsTheSameAnswer() {
        HttpResponse<String> first = client.add(orders, "3", "key");
        client.add(orders, 4);
        assertEquals(first.body(), client.add(orders, "3", "key").body());
        assertProblem(422, "key_reused", client.add(orders, "4", "key"));
        assertEquals(7, value(orders));
    }

    @Test
    void aBatchAddsToAllOrNone() {
        String body = "{\"increments\":{\"" + orders + "a\":1,\"" + orders + "b\":2}}";
        HttpResponse<String> answer = client.send("POST", "/counters/increments", body, "Idempotency-Key", orders);
        assertEquals(200, answer.statusCode(), answer.body());
        JsonObject counters = Client.json(answer).getJsonObject("counters");
        assertEquals(1, counters.getJsonObject(orders + "a").getLong("value"));
        assertEquals(2, counters.getJsonObject(orders + "b").getLong("value"));
        assertEquals(
                answer.body(),
                client.send("POST", "/counters/increments", body, "Idempotency-Key", orders)
                        .body());
        client.set(orders + "b", Long.MAX_VALUE);
        assertProblem(
                409, "overflow", client.send("POST", "/counters/increments", body, "Idempotency-Key", orders + "2"));
        assertEquals(1, value(orders + "a"));
    }

    @Test
    void aGaugeIsSet() {
        assertEquals(200, client.set(orders, -5).statusCode());
        assertEquals(-5, value(orders));
        HttpResponse<String> once = client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k");
        client.set(orders, 10);
        assertEquals(
                once.body(),
                client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k")
                        .body());
        assertEquals(10, value(orders));
    }

    @Test
    void patternsSelectCountersAndUnknownNamesAreIgnored() {
        client.add(orders + "eu.de", 1);
        client.add(orders + "eu.fr", 2);
        client.add(orders + "us", 3);
        assertEquals(List.of(orders + "eu.de", orders + "eu.fr"), names(orders + "eu.*"));
        assertEquals(List.of(orders + "eu.fr", orders + "us"), names(orders + "us," + orders + "eu.f*"));
        assertEquals(List.of(), names(orders + "nothing"));
        assertTrue(names("*").containsAll(names(orders + "*")));
        assertTrue(names("").containsAll(names(orders + "*")));
    }

    @Test
    void anUnchangedViewIsNotSentAgain() {
        client.add(orders, 1);
        String path = "/counters?names=" + orders + "*";
        String tag = Client.tag(client.get(path));
        HttpResponse<String> same = client.get(path, "If-None-Match", tag);
        assertEquals(304, same.statusCode());
        assertEquals("", same.body());
        client.add("elsewhere", 1);
        assertEquals(304, client.get(path, "If-None-Match", tag).statusCode());
        client.add(orders, 1);
        HttpResponse<String> changed = client.get(path, "If-None-Match", tag);
        assertEquals(200, changed.statusCode());
        assertNotEquals(tag, Client.tag(changed));
    }

    @Test
    void aPollMaySendItsPositionAndAnInvalidPositionIsAProblem() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        for (String path : List.of("/counters?names=" + orders, "/counters/" + orders + "/history?")) {
            assertEquals(200, client.get(path + "&after=" + version).statusCode());
            // The store does not know this position either: the answer is the current state.
            String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
            assertEquals(200, client.get(path + "&after=" + ahead).statusCode());
            assertProblem(400, "bad_cursor", client.get(path + "&after=garbage"));
        }
        String tag = Client.tag(client.get("/counters?names=" + orders));
        assertTrue(tag.endsWith('.' + version + '"'), tag);
        String foreign = "\"x.aaaa-5\"";
        assertEquals(
                200,
                client.get("/counters?names=" + orders, "If-None-Match", foreign)
                        .statusCode());
    }

    @Test
    void historyContainsPointsInOrderAndEndsWithTheCurrentValue() {
        client.add(orders, 1);
        await().until(() -> points(orders).size() >= 2);
        client.add(orders, 2);
        await().until(() -> points(orders).size() >= 3);
        JsonArray points = points(orders);
        assertEquals(1, points.getJsonArray(0).getLong(1));
        assertEquals(3, points.getJsonArray(points.size() - 1).getLong(1));
        long last = 0;
        for (int i = 0; i < points.size(); i++) {
            assertTrue(points.getJsonArray(i).getLong(0) > last);
            last = points.getJsonArray(i).getLong(0);
        }
        assertTrue(Math.abs(System.currentTimeMillis() - last) < 60_000);
    }

    private JsonArray points(String name) {
        return Client.json(client.get("/counters/" + name + "/history")).getJsonArray("points");
    }
}
