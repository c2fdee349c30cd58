package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import io.liveline.bus.BusState;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.store.RosterModel;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.awaitility.Awaitility.await;

/** Fixture of two replicas side by side on a real Redis. */
abstract class TwoReplicas {

    static final Person ANN = new Person("ann", "ann");
    static final Person BOB = new Person("bob", "bob");
    private static final AtomicLong ROOMS = new AtomicLong();

    final RoomName room = new RoomName("room" + ROOMS.incrementAndGet());
    final String path = "/rooms/" + room + "/presence";
    RedisServer redis;
    RedisClock clock;
    TestReplica a;
    TestReplica b;

    @BeforeEach
    void start() {
        Map<String, String> changes = new HashMap<>(RosterModel.CONFIG);
        changes.put("sweep.mercy", "5s");
        changes.put("polls.max-per-person", "1000");
        PresenceConfig config = TestConfig.of(PresenceConfig.class, changes);
        redis = RedisServer.launch();
        clock = new RedisClock(redis);
        a = new TestReplica(redis, config);
        b = new TestReplica(redis, config);
        await().until(() -> a.bus().state() == BusState.LIVE && b.bus().state() == BusState.LIVE);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    /** Waits until each replica has written the rooms that it changed to the sweep index. */
    void awaitSweepsScheduled() {
        for (TestReplica replica : List.of(a, b)) {
            if (!replica.isClosed()) {
                replica.replica().sweepNow().await().atMost(Duration.ofSeconds(20));
            }
        }
    }

    void awaitEqual() {
        await().until(() ->
                Client.tag(a.client().get(path)).equals(Client.tag(b.client().get(path))));
    }

    static Set<String> online(HttpResponse<String> answer) {
        return Client.json(answer).getJsonArray("online").stream()
                .map(JsonObject.class::cast)
                .map(p -> p.getString("user") + " " + p.getString("state"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
