package io.liveline.dashboard.app;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Counters read and changed over HTTP. */
@QuarkusTest
class CountersHttpTest extends DashboardHttp {

    @Test
    void anIncrementReturnsTheNewValueAndIsVisibleAtOnce() {
        assertThat(Client.json(client.add(orders, 3)).getLong("value")).isEqualTo(3);
        HttpResponse<String> second = client.add(orders, 4);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(Client.json(second).getString("name")).isEqualTo(orders);
        assertThat(Client.json(second).getLong("value")).isEqualTo(7);
        JsonObject seen = Client.json(client.get("/counters?names=" + orders));
        assertThat(seen.getJsonObject("counters").getJsonObject(orders))
                .isEqualTo(new JsonObject()
                        .put("value", 7)
                        .put("version", Client.json(second).getString("version")));
        assertThat(seen.getString("cursor")).isEqualTo(Client.json(second).getString("version"));
    }

    @Test
    void aRepeatedKeyGetsTheSameAnswer() {
        HttpResponse<String> first = client.add(orders, "3", "key");
        client.add(orders, 4);
        assertThat(client.add(orders, "3", "key").body()).isEqualTo(first.body());
        assertProblem(422, "key_reused", client.add(orders, "4", "key"));
        assertThat(value(orders)).isEqualTo(7);
    }

    @Test
    void aBatchAddsToAllOrNone() {
        String body = "{\"increments\":{\"" + orders + "a\":1,\"" + orders + "b\":2}}";
        HttpResponse<String> answer = client.send("POST", "/counters/increments", body, "Idempotency-Key", orders);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonObject counters = Client.json(answer).getJsonObject("counters");
        assertThat(counters.getJsonObject(orders + "a").getLong("value")).isEqualTo(1);
        assertThat(counters.getJsonObject(orders + "b").getLong("value")).isEqualTo(2);
        assertThat(client.send("POST", "/counters/increments", body, "Idempotency-Key", orders)
                        .body())
                .isEqualTo(answer.body());
        client.set(orders + "b", Long.MAX_VALUE);
        assertProblem(
                409, "overflow", client.send("POST", "/counters/increments", body, "Idempotency-Key", orders + "2"));
        assertThat(value(orders + "a")).isEqualTo(1);
    }

    @Test
    void aKeyOfACounterIsAnotherForABatchAndForAnotherCounter() {
        String batch = "{\"increments\":{\"" + orders + "a\":1}}";
        String key = orders + "x";
        assertThat(Client.json(client.add(orders + "a", "1", key)).getLong("value"))
                .isEqualTo(1);
        assertThat(client.send("POST", "/counters/increments", batch, "Idempotency-Key", key)
                        .statusCode())
                .isEqualTo(200);
        assertThat(value(orders + "a")).isEqualTo(2);
        assertThat(Client.json(client.add(orders + "b", "1", key)).getLong("value"))
                .isEqualTo(1);
        assertThat(Client.json(client.add(orders + "a", "1", orders + "a|" + key))
                        .getLong("value"))
                .isEqualTo(3);
        assertThat(client.send("POST", "/counters/increments", batch, "Idempotency-Key", "*|" + key)
                        .statusCode())
                .isEqualTo(200);
        assertThat(value(orders + "a")).isEqualTo(4);
    }

    @Test
    void namesOfCountersMayContainJoiners() {
        // A zero-width non-joiner and a zero-width joiner, which are invisible here.
        for (String end : List.of("\u0639\u0644\u06CC\u200C\u0631\u0636\u0627", "\uD83D\uDC69\u200D\uD83D\uDCBB")) {
            String encoded = URLEncoder.encode(orders + end, StandardCharsets.UTF_8);
            HttpResponse<String> added = client.add(encoded, 3);
            assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
            assertThat(Client.json(added).getString("name")).isEqualTo(orders + end);
            assertThat(names(encoded)).isEqualTo(List.of(orders + end));
        }
    }

    @Test
    void aGaugeIsSet() {
        assertThat(client.set(orders, -5).statusCode()).isEqualTo(200);
        assertThat(value(orders)).isEqualTo(-5);
        HttpResponse<String> once = client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k");
        client.set(orders, 10);
        assertThat(client.send("PUT", "/counters/" + orders, "{\"value\":9}", "Idempotency-Key", "k")
                        .body())
                .isEqualTo(once.body());
        assertThat(value(orders)).isEqualTo(10);
    }

    @Test
    void patternsSelectCountersAndUnknownNamesAreIgnored() {
        client.add(orders + "eu.de", 1);
        client.add(orders + "eu.fr", 2);
        client.add(orders + "us", 3);
        assertThat(names(orders + "eu.*")).isEqualTo(List.of(orders + "eu.de", orders + "eu.fr"));
        assertThat(names(orders + "us," + orders + "eu.f*")).isEqualTo(List.of(orders + "eu.fr", orders + "us"));
        assertThat(names(orders + "nothing")).isEmpty();
        assertThat(names("*")).containsAll(names(orders + "*"));
        assertThat(names("")).containsAll(names(orders + "*"));
    }

    @Test
    void anUnchangedViewIsNotSentAgain() {
        client.add(orders, 1);
        String path = "/counters?names=" + orders + "*";
        String tag = Client.tag(client.get(path));
        HttpResponse<String> same = client.get(path, "If-None-Match", tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        client.add("elsewhere", 1);
        assertThat(client.get(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
        client.add(orders, 1);
        HttpResponse<String> changed = client.get(path, "If-None-Match", tag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(Client.tag(changed)).isNotEqualTo(tag);
    }

    @Test
    void aPollMaySendItsPositionAndAnInvalidPositionIsAProblem() {
        String version = Client.json(client.add(orders, 1)).getString("version");
        for (String path : List.of("/counters?names=" + orders, "/counters/" + orders + "/history?")) {
            assertThat(client.get(path + "&after=" + version).statusCode()).isEqualTo(200);
            // The store does not know this position either: the answer is the current state.
            String ahead = version.substring(0, version.indexOf('-')) + "-999999999";
            assertThat(client.get(path + "&after=" + ahead).statusCode()).isEqualTo(200);
            assertProblem(400, "bad_cursor", client.get(path + "&after=garbage"));
        }
        String tag = Client.tag(client.get("/counters?names=" + orders));
        assertThat(tag).endsWith('.' + version + '"');
        String foreign = "\"x.aaaa-5\"";
        assertThat(client.get("/counters?names=" + orders, "If-None-Match", foreign)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void historyContainsPointsInOrderAndEndsWithTheCurrentValue() {
        client.add(orders, 1);
        await().until(() -> points(orders).size() >= 2);
        client.add(orders, 2);
        await().until(() -> points(orders).size() >= 3);
        JsonArray points = points(orders);
        assertThat(points.getJsonArray(0).getLong(1)).isEqualTo(1);
        assertThat(points.getJsonArray(points.size() - 1).getLong(1)).isEqualTo(3);
        long last = 0;
        for (int i = 0; i < points.size(); i++) {
            assertThat(points.getJsonArray(i).getLong(0)).isGreaterThan(last);
            last = points.getJsonArray(i).getLong(0);
        }
        assertThat(Math.abs(System.currentTimeMillis() - last)).isLessThan(60_000);
    }

    private JsonArray points(String name) {
        return Client.json(client.get("/counters/" + name + "/history")).getJsonArray("points");
    }
}
