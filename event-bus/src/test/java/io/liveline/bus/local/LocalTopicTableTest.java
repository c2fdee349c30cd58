package io.liveline.bus.local;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.table.TopicTable;
import io.liveline.bus.table.TopicTableContract;
import io.liveline.testing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LocalTopicTableTest extends TopicTableContract {

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void anEntryExpiresWithTheLastTimeToLiveThatWasPutByTheMonotonicClock() {
        TestClock clock = new TestClock();
        TestClock monotonic = new TestClock();
        TopicTable table = new LocalBus(
                        VERTX, TestBusConfig.with(), clock, monotonic::millis, new BusMeters(new SimpleMeterRegistry()))
                .table();
        Cursor put = get(table.put(topic, "a", "1", Optional.of(Duration.ofMinutes(1))));
        clock.pass(Duration.ofHours(1).toMillis());
        monotonic.pass(Duration.ofSeconds(59).toMillis());
        assertThat(get(table.put(topic, "a", "1", Optional.of(Duration.ofMinutes(1)))))
                .isEqualTo(put);
        monotonic.pass(Duration.ofMinutes(1).toMillis() - 1);
        assertThat(get(table.snapshot(topic)).entries()).isEqualTo(Map.of("a", "1"));
        assertThat(get(table.expire(topic))).isEqualTo(put);
        monotonic.pass(1);
        assertThat(get(table.snapshot(topic)).entries()).isEmpty();
        assertThat(get(table.expire(topic))).isEqualTo(put.at(2));
        Cursor again = get(table.put(topic, "a", "1", Optional.of(Duration.ofMinutes(1))));
        assertThat(get(table.put(topic, "a", "1"))).isEqualTo(again);
        monotonic.pass(Duration.ofDays(1).toMillis());
        assertThat(get(table.snapshot(topic)).entries()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void theNumberOfTablesIsBoundedAndAnEmptyTableIsForgotten() {
        TopicTable table = ((LocalBus) bus(TestBusConfig.with("max-topics", "2"))).table();
        Topic second = new Topic(topic.name() + ":2");
        get(table.put(topic, "a", "1"));
        get(table.put(second, "a", "1"));
        Topic third = new Topic(topic.name() + ":3");

        assertThatThrownBy(() -> get(table.put(third, "a", "1"))).isInstanceOf(BusUnavailableException.class);
        assertThat(get(table.snapshot(third)).entries()).isEmpty();
        get(table.put(second, "b", "1"));
    }

    @Override
    protected EventBus bus(BusConfig config) {
        return new LocalBus(VERTX, config, new BusMeters(new SimpleMeterRegistry()));
    }

    @Override
    protected EventBus replica(EventBus bus, BusConfig config) {
        return bus;
    }
}
