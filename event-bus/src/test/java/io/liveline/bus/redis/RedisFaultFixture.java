package io.liveline.bus.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.testing.RedisServer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Fixture of a fault test: every test has its own Redis server, and buses on it. */
abstract class RedisFaultFixture {

    static final Duration LONG = Duration.ofMinutes(1);

    final Topic topic = new Topic("fault");
    RedisServer server;
    RedisBuses buses;

    @BeforeEach
    void start() {
        server = RedisServer.launch();
        buses = new RedisBuses(server.url());
    }

    @AfterEach
    void stop() {
        buses.close();
        server.close();
    }

    RedisBus bus() {
        return buses.bus(TestBusConfig.with());
    }

    /** Subscribes a recorder and waits until the bus is live. */
    Recorder subscribe(EventBus bus) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        return recorder;
    }

    /** Publishes as a careful client does: with the same key until there is an answer. */
    Uni<Cursor> publishUntilDone(EventBus bus, String data) {
        return bus.publish(topic, Draft.of(data, data))
                .onFailure(BusUnavailableException.class)
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofMillis(200))
                .indefinitely();
    }

    /** Publishes {@code <prefix>0}, {@code <prefix>1} and so on, one after the other. */
    CompletableFuture<List<Cursor>> stream(EventBus bus, String prefix, int count) {
        return Multi.createFrom()
                .range(0, count)
                .onItem()
                .transformToUni(i -> publishUntilDone(bus, prefix + i))
                .concatenate()
                .collect()
                .asList()
                .subscribeAsCompletionStage();
    }

    static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
