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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
        await().until(() -> a.replica().places.taken() == 1);

        redis.freeze();
        HttpResponse<String> degraded = poll.get(20, TimeUnit.SECONDS);
        assertThat(degraded.statusCode()).isEqualTo(200);
        assertThat(Client.json(degraded).getBoolean("degraded")).isTrue();
        assertThat(online(degraded)).hasSize(10);
        await().until(() -> b.bus().state() == BusState.DEGRADED);
        assertThat(online(b.client().get(path))).hasSize(10);
        HttpResponse<String> unknown = a.client().get("/rooms/unknown/presence");
        assertThat(unknown.statusCode()).isEqualTo(503);
        assertThat(Client.json(unknown).getString("code")).isEqualTo("unavailable");
        CompletableFuture<HttpResponse<String>> waiting = a.client().poll(path, Client.tag(degraded), 60);
        await().until(() -> a.replica().places.taken() == 1);
        redis.thaw();
        HttpResponse<String> restored = waiting.get(20, TimeUnit.SECONDS);
        assertThat(Client.tag(restored)).isEqualTo(tag);
        assertThat(Client.json(restored).containsKey("degraded")).isFalse();
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
        assertThat(online(a.client().get(path))).hasSize(10);
        for (int i = 0; i < 5; i++) {
            b.apply(room, new PresenceCommand.Here(new Person("p" + i, "p"), "", Presence.State.ACTIVE));
        }
        await().until(() -> online(b.client().get(path)).size() == 5);
        Set<String> gone = new TreeSet<>();
        recorder.events.forEach(
                event -> gone.addAll(RosterChange.parse(event.data()).gone()));
        assertThat(gone).isEqualTo(Set.of("p5", "p6", "p7", "p8", "p9"));
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
        assertThat(online(kept)).isEqualTo(Set.of("ann active", "bob active"));
        assertThat(Client.json(kept).getBoolean("degraded")).isTrue();
        b.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        await().until(() -> !Client.json(a.client().get(path)).containsKey("degraded"));
        assertThat(online(a.client().get(path))).isEqualTo(Set.of("ann active"));
        assertThat(Client.tag(a.client().get(path))).isNotEqualTo(tag);
    }
}
