package io.liveline.dashboard.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.testing.RedisServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.awaitility.Awaitility.await;

/** Two replicas on a real Redis, and what a test needs to write to them. */
abstract class ReplicasFixture {

    final RedisServer redis = RedisServer.launch();
    final List<TestReplica> served = new ArrayList<>();
    TestReplica a;
    TestReplica b;

    @BeforeEach
    void start() {
        a = replica();
        b = replica();
    }

    @AfterEach
    void stop() {
        served.forEach(TestReplica::close);
        redis.close();
    }

    TestReplica replica() {
        return replica(Map.of());
    }

    TestReplica replica(Map<String, String> changes) {
        TestReplica replica = new TestReplica(redis.url(), changes);
        served.add(replica);
        eventually().until(replica::isLoaded);
        return replica;
    }

    static List<Counter> add(TestReplica replica, String name, long by, String key) {
        return add(replica, new TreeMap<>(Map.of(name, by)), key);
    }

    static List<Counter> add(TestReplica replica, TreeMap<String, Long> numbers, String key) {
        return replica.replica
                .write(new CounterWrite(CounterWrite.Kind.ADD, key, numbers))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    static ConditionFactory eventually() {
        return await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(60));
    }
}
