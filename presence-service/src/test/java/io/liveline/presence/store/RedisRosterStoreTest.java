package io.liveline.presence.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.app.RedisClock;
import io.liveline.presence.roster.Presence;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Roster store on a real Redis, whose clock advances by moving everything that is scored by time back. */
class RedisRosterStoreTest extends RosterStoreContract {

    private static Vertx vertx;
    private static RedisServer server;
    private static RedisBus bus;
    private static RedisClock clock;

    private final RosterStore store = store(config);

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        server = RedisServer.launch();
        clock = new RedisClock(server);
        bus = new RedisBus(
                vertx,
                Redis.createClient(vertx, server.url()),
                TestConfig.of(BusConfig.class),
                new BusMeters(new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        bus.close();
        vertx.close();
        server.close();
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    RosterStore store() {
        return store;
    }

    @Override
    RosterStore store(PresenceConfig config) {
        return new RedisRosterStore(bus, config);
    }

    @Override
    void pass(Duration time) {
        // The room must be in the index before it can be due.
        sweep();
        clock.pass(time.toMillis(), false);
    }

    @Override
    long now() {
        return System.currentTimeMillis();
    }

    @Override
    long clockMillis() {
        return clock.millis();
    }

    @Test
    void whenRedisClockIsSetBackNobodyStaysForLonger() {
        here(ANN, "", Presence.State.ACTIVE);
        typing(ANN);
        sweep();
        clock.pass(-Duration.ofHours(1).toMillis(), true);
        // The first sweep detects that.
        sweep();
        assertThat(online()).isEqualTo(List.of("ann active"));
        clock.pass(config.life().toMillis(), false);
        sweep();
        assertThat(typists()).isEmpty();
        assertThat(online()).isEmpty();
    }

    @Test
    void oneOfManySweepsTakesARoomAndAnotherRepeatsAnUnfinishedSweep() {
        typing(ANN);
        sweep();
        clock.pass(10_000, false);
        List<Uni<List<CommandResult>>> sweeps = new ArrayList<>();
        IntStream.range(0, 20).forEach(i -> sweeps.add(store(config).sweep()));
        List<CommandResult> results = get(Uni.join().all(sweeps).andFailFast()).stream()
                .flatMap(List::stream)
                .filter(result -> result.room().equals(room))
                .toList();
        assertThat(results).hasSize(1);
        assertThat(typists()).isEmpty();

        typing(BOB);
        sweep();
        // As after a replica has taken the room and failed, and its time has passed.
        server.command("ZREM", "ll:{presence.index}:due", room.text());
        server.command("ZADD", "ll:{presence.index}:taken", String.valueOf(redisMillis() + 5000), room.text());
        clock.pass(10_000, false);
        sweep();
        assertThat(typists()).isEmpty();
    }

    /** No lease ends early, and a sweep that starts after the end of a lease removes it. */
    @Test
    void everySweepEndsExpiredLeasesAndNoOthers() {
        RosterStore brief = store(TestConfig.of(PresenceConfig.class, Map.of("typing.life", "100ms")));
        Map<String, Long> ends = new HashMap<>();
        Set<String> left = Set.of();
        for (int i = 0; i < 40 || !left.isEmpty(); i++) {
            if (i < 40) {
                get(brief.apply(room, new PresenceCommand.Typing(new Person("p" + i, "p"))));
                ends.put("p" + i, score("t::p" + i));
            }
            long before = redisMillis();
            get(brief.sweep());
            left = get(brief.read(room)).typing().stream().map(Person::user).collect(Collectors.toSet());
            long after = redisMillis();
            for (Map.Entry<String, Long> one : ends.entrySet()) {
                if (left.contains(one.getKey())) {
                    assertThat(one.getValue())
                            .as(one + " was left at " + before)
                            .isGreaterThan(before);
                } else {
                    assertThat(one.getValue())
                            .as(one + " was ended before " + after)
                            .isLessThanOrEqualTo(after);
                }
            }
        }
    }

    private long score(String lease) {
        String[] reply = server.command("ZSCORE", "ll:{" + room.presence().name() + "}:leases", lease)
                .split("\r\n");
        return (long) Double.parseDouble(reply[reply.length - 1].replaceFirst("^,", ""));
    }

    private static long redisMillis() {
        String[] reply = server.command("TIME").split("\r\n");
        return Long.parseLong(reply[2]) * 1000 + Long.parseLong(reply[4]) / 1000;
    }

    @Test
    void anEventIsClaimedByOneReplica() {
        List<Uni<Boolean>> claims = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            claims.add(store(config).claim(new Cursor("claimed", 7)));
        }
        List<Boolean> won = get(Uni.join().all(claims).andFailFast());
        assertThat(won.stream().filter(Boolean::booleanValue).count()).isEqualTo(1);
        assertThat(get(store.claim(new Cursor("claimed", 8)))).isTrue();
    }

    @Test
    void aRoomWhoseNoteWasDroppedIsSweptAfterARead() {
        RosterStore small = store(TestConfig.of(PresenceConfig.class, Map.of("sweep.max-notes", "1")));
        RoomName other = new RoomName(room + "-other");
        get(small.apply(room, new PresenceCommand.Typing(ANN)));
        get(small.apply(other, new PresenceCommand.Typing(ANN)));
        get(small.sweep());
        clock.pass(10_000, false);
        get(small.sweep());
        assertThat(get(small.read(other)).typing()).isEmpty();
        assertThat(get(small.read(room)).typing()).hasSize(1);
        get(small.sweep());
        assertThat(get(small.read(room)).typing()).isEmpty();
    }
}
