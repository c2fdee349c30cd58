package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusState;
import io.liveline.edge.auth.Person;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.Recorder;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** Two replicas during and after an outage of Redis. */
class RedisOutageTest extends TwoReplicas {

    @Test
    void whileRedisIsUnavailablePollsReportDegradedAndNobodyIsShownAsGone() throws Exception {
        for (int i = 0; i < 10; i++) {
            a.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        await().until(() -> online(a.client().get(path)).size() == 10);
        await().until(() -> online(b.client().get(path)).size() == 10);
        String tag = Client.tag(a.client().get(path));
        CompletableFuture<HttpResponse<String>> poll = a.client().poll(path, tag, 60);
        await().until(() -> a.replica().places().taken() == 1);

        redis.freeze();
        HttpResponse<String> degraded = poll.get(20, TimeUnit.SECONDS);
        assertEquals(200, degraded.statusCode());
        assertEquals(true, Client.json(degraded).getBoolean("degraded"));
        assertEquals(10, online(degraded).size());
        await().until(() -> b.bus().state() == BusState.DEGRADED);
        assertEquals(10, online(b.client().get(path)).size());
        HttpResponse<String> unknown = a.client().get("/rooms/unknown/presence");
        assertEquals(503, unknown.statusCode());
        assertEquals("unavailable", Client.json(unknown).getString("code"));
        CompletableFuture<HttpResponse<String>> waiting = a.client().poll(path, Client.tag(degraded), 60);
        await().until(() -> a.replica().places().taken() == 1);
        redis.thaw();
        HttpResponse<String> restored = waiting.get(20, TimeUnit.SECONDS);
        assertEquals(tag, Client.tag(restored));
        assertFalse(Client.json(restored).containsKey("degraded"));
    }

    @Test
    void afterALongOutagePeopleHaveTimeToRepeatTheirHeartbeats() throws Exception {
        for (int i = 0; i < 10; i++) {
            a.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        a.apply(room, new PresenceCommand.Typing(ANN));
        await().until(() -> online(a.client().get(path)).size() == 10);
        Recorder recorder = Recorder.on(b.bus(), room.presence());
        redis.kill();
        await().until(() -> a.bus().state() == BusState.DEGRADED);
        redis.start();
        clock.pass(120_000, true);
        await().until(() -> a.bus().state() == BusState.LIVE && b.bus().state() == BusState.LIVE);
        // Typing expires even in the mercy period, which shows that the room was swept.
        await().until(() ->
                recorder.events.stream().anyMatch(event -> event.data().contains("idle")));
        assertEquals(10, online(a.client().get(path)).size());
        for (int i = 0; i < 5; i++) {
            b.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        await().until(() -> online(b.client().get(path)).size() == 5);
        Set<String> gone = new TreeSet<>();
        recorder.events.forEach(
                event -> gone.addAll(RosterChange.parse(event.data()).gone()));
        assertEquals(Set.of("p5", "p6", "p7", "p8", "p9"), gone);
    }

    @Test
    void aLossOfRedisDataEmptiesNoRoom() throws Exception {
        a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        a.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE));
        await().until(() -> online(a.client().get(path)).size() == 2);
        String tag = Client.tag(a.client().get(path));
        redis.kill();
        redis.loseData();
        await().until(() -> a.bus().state() == BusState.DEGRADED);
        redis.start();
        await().until(() -> a.bus().state() == BusState.LIVE);
        HttpResponse<String> kept = a.client().get(path);
        assertEquals(Set.of("ann active", "bob active"), online(kept));
        assertEquals(true, Client.json(kept).getBoolean("degraded"));
        b.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        await().until(() -> !Client.json(a.client().get(path)).containsKey("degraded"));
        assertEquals(Set.of("ann active"), online(a.client().get(path)));
        assertNotEquals(tag, Client.tag(a.client().get(path)));
    }
}
