package io.liveline.chat.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.redis.RedisBus;
import io.liveline.chat.ChatConfig;
import io.liveline.edge.RoomName;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of pages of a log with many edits, and of their cost in Redis. */
class MessageHistoryTest {

    private static final int EDITS = 990;

    private static RedisServer server;
    private static Vertx vertx;
    private static RedisBus bus;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        vertx = Vertx.vertx();
        bus = RedisBus.connect(
                vertx, server.options(), TestConfig.of(BusConfig.class), new BusMeters(new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        bus.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    private static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(30));
    }

    /** Publishes some messages in a room, and many edits after them. */
    private static List<Cursor> room(RoomName room, int messages) {
        List<Uni<Cursor>> all = new ArrayList<>();
        for (int i = 0; i < messages + EDITS; i++) {
            String data = i < messages ? "{\"type\":\"message\",\"text\":\"m" + i + "\"}" : "{\"type\":\"edited\"}";
            all.add(bus.publish(room.messages(), Draft.of("key" + i, data)));
        }
        return get(Uni.join().all(all).andFailFast()).subList(0, messages);
    }

    private static List<Cursor> cursors(MessageHistory.Stretch page) {
        return page.events().stream().map(Event::cursor).toList();
    }

    @Test
    void aPageNeedsFewCallsHoweverManyEditsLieBetweenItsMessages() {
        RoomName room = new RoomName("edited");
        List<Cursor> messages = room(room, 3);
        MessageHistory history = new MessageHistory(bus, TestConfig.of(ChatConfig.class));
        long before = calls();

        MessageHistory.Stretch newest = get(history.read(room, null, null, 1));

        // 1, 2, 4 … 128 and 200 each: 255 events with 8 calls, and the others with 4.
        assertThat(calls() - before).isEqualTo(12);
        assertThat(cursors(newest)).isEqualTo(List.of(messages.get(2)));
        assertThat(newest.start()).isEqualTo(messages.get(1));
        assertThat(newest.more()).isTrue();
        MessageHistory.Stretch older = get(history.read(room, null, messages.get(2), 2));
        assertThat(cursors(older)).isEqualTo(messages.subList(0, 2));
    }

    @Test
    void aPageWithoutAMessageInTheSearchedEventsContinuesBeforeItsStart() {
        RoomName room = new RoomName("searched");
        List<Cursor> messages = room(room, 1);
        MessageHistory history = new MessageHistory(bus, TestConfig.of(ChatConfig.class, "page.searched", "100"));
        Cursor before = null;
        for (int pages = 0; pages < EDITS / 100; pages++) {
            MessageHistory.Stretch page = get(history.read(room, null, before, 10));
            assertThat(cursors(page)).isEmpty();
            assertThat(page.more()).isTrue();
            before = page.start();
        }
        assertThat(cursors(get(history.read(room, null, before, 10)))).isEqualTo(messages);
    }

    /** Returns the number of scripts that Redis has run. */
    private static long calls() {
        return Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+)")
                .matcher(server.command("INFO", "commandstats"))
                .results()
                .mapToLong(calls -> Long.parseLong(calls.group(1)))
                .sum();
    }
}
