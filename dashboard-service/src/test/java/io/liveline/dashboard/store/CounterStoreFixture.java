package io.liveline.dashboard.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.contract.ActivityFact;
import io.liveline.testing.TestConfig;
import io.smallrye.mutiny.Uni;

import static org.assertj.core.api.Assertions.assertThat;

/** Counter store without counters for each test, and short names for what a test asks of it. */
abstract class CounterStoreFixture {

    static final DashboardConfig CONFIG = TestConfig.of(
            DashboardConfig.class,
            Map.of(
                    "max-counters",
                    "40",
                    "keys.max",
                    "30",
                    "suite.max-rooms",
                    "4",
                    "suite.counters-for-rooms",
                    "30",
                    "suite.connections-live",
                    "30s"));

    abstract EventBus bus();

    abstract CounterStore store();

    /** Returns the time by the store's clock. */
    abstract long now();

    Counter add(String name, long by) {
        return ask(store().write(write(CounterWrite.Kind.ADD, fresh(), Map.of(name, by))))
                .get(0);
    }

    Counter set(String name, long value) {
        return ask(store().write(write(CounterWrite.Kind.SET, fresh(), Map.of(name, value))))
                .get(0);
    }

    static CounterWrite write(CounterWrite.Kind kind, String key, Map<String, Long> numbers) {
        return new CounterWrite(kind, key, new TreeMap<>(numbers));
    }

    void fold(ActivityFact... facts) {
        ask(store().fold(List.of(facts)));
    }

    ActivityFact posts(String room, String epoch, long messages) {
        return new ActivityFact.Posts(room, new Cursor(epoch, 1), messages, now());
    }

    Map<String, Counter> all() {
        Map<String, Counter> all = new TreeMap<>();
        CounterSnapshot snapshot = ask(store().read());
        for (Counter counter : snapshot.counters()) {
            all.put(counter.name(), counter);
            assertThat(counter.version().offset())
                    .isLessThanOrEqualTo(snapshot.cursor().offset());
        }
        return all;
    }

    Map<String, Long> values(String... names) {
        Map<String, Long> values = new TreeMap<>();
        Map<String, Counter> all = all();
        for (String name : names) {
            if (all.containsKey(name)) {
                values.put(name, all.get(name).value());
            }
        }
        return values;
    }

    static <T> T ask(Uni<T> answer) {
        return answer.await().atMost(Duration.ofSeconds(30));
    }

    static String fresh() {
        return UUID.randomUUID().toString();
    }
}
