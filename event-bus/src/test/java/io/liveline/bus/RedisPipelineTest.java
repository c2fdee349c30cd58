package io.liveline.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is asked of a Redis in one turn of an event loop, and goes to it in one write. */
class RedisPipelineTest {

    private static final Vertx ASKERS = Vertx.vertx();
    private static RedisServer server;
    private static RedisBuses buses;
    private static RedisBus bus;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        buses = new RedisBuses(server.url());
        bus = buses.bus(TestBusConfig.standard());
        get(bus.publish(new Topic("warm"), Draft.of("up")).subscribeAsCompletionStage());
    }

    @AfterAll
    static void stop() {
        buses.close();
        server.close();
        ASKERS.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void anErrorIsToldToThatOneWhoseItIsAndTheOthersAreDoneOnce() {
        server.command("SET", TestBusConfig.standard().redis().prefix() + "{t7}:head", "no hash");
        List<CompletableFuture<Cursor>> answers = inOneTurn(IntStream.range(0, 200)
                .mapToObj(i -> publish("t" + i, "data", "key"))
                .toList());
        for (int i = 0; i < answers.size(); i++) {
            if (i == 7) {
                assertThatThrownBy(() -> get(answers.get(7))).hasMessageContaining("WRONGTYPE");
            } else {
                assertThat(get(answers.get(i)).offset()).isEqualTo(1);
                assertThat(events("t" + i)).containsExactly("data");
            }
        }
    }

    @Test
    void theOrderIsKeptWhetherOrNotItMayBeRepeated() {
        List<CompletableFuture<Cursor>> answers = inOneTurn(List.of(
                publish("order", "1", "a"),
                publish("order", "2", "b"),
                publish("order", "3", null),
                publish("order", "4", "c")));
        answers.forEach(RedisPipelineTest::get);
        assertThat(events("order")).containsExactly("1", "2", "3", "4");
    }

    private static Supplier<Uni<Cursor>> publish(String topic, String data, String key) {
        Draft draft = key == null ? Draft.of(data) : Draft.of(key, data);
        return () -> bus.publish(new Topic(topic), draft);
    }

    private static List<CompletableFuture<Cursor>> inOneTurn(List<Supplier<Uni<Cursor>>> asked) {
        CompletableFuture<List<CompletableFuture<Cursor>>> answers = new CompletableFuture<>();
        ASKERS.getOrCreateContext().runOnContext(nothing -> {
            List<CompletableFuture<Cursor>> turn = new ArrayList<>();
            asked.forEach(one -> turn.add(one.get().subscribeAsCompletionStage()));
            answers.complete(turn);
        });
        return get(answers);
    }

    private static List<String> events(String topic) {
        return get(bus.read(new Topic(topic), null, 10).subscribeAsCompletionStage()).events().stream()
                .map(Event::data)
                .toList();
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(
                    e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
        }
    }
}
