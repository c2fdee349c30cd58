package io.liveline.chat.message;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.redis.RedisBus;
import io.liveline.chat.protocol.MessageContent;
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
import static org.awaitility.Awaitility.await;

class RedisRevisionStoreTest extends RevisionStoreContract {

    private static RedisServer server;
    private static Vertx vertx;
    private static RedisBus bus;
    private static RevisionStore changes;

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        vertx = Vertx.vertx();
        bus = connect(server);
        changes = new RedisRevisionStore(bus, Duration.ofMinutes(10));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    private static RedisBus connect(RedisServer to) {
        return RedisBus.connect(
                vertx,
                to.options(),
                TestConfig.of(BusConfig.class, "history.length", String.valueOf(KEPT)),
                new BusMeters(new SimpleMeterRegistry()));
    }

    @Override
    EventBus bus() {
        return bus;
    }

    @Override
    RevisionStore changes() {
        return changes;
    }

    @Test
    void aLogThatContinuesAfterItLostItsEndCountsOnlyItsOwnMessages() {
        RoomName room = new RoomName("lost");
        AtomicReference<Cursor> received = new AtomicReference<>();
        try (RedisServer own = RedisServer.launch();
                RedisBus ownBus = connect(own)) {
            ownBus.subscribe(room.messages(), new Listener() {
                @Override
                public void started(Cursor position) {
                    received.set(position);
                }

                @Override
                public void event(Event event) {
                    received.set(event.cursor());
                }

                @Override
                public void gap(Gap gap) {
                    received.set(gap.resume());
                }
            });
            await().until(() -> received.get() != null);
            post(ownBus, room);
            post(ownBus, room);
            Path copy = own.copyData();
            Cursor lost = post(ownBus, room);
            await().until(() -> lost.equals(received.get()));
            own.kill();
            own.restoreData(copy);
            own.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> !lost.sameLife(received.get()));

            Cursor next = post(ownBus, room);

            assertThat(next.offset()).isEqualTo(3);
            RevisionStore.Posts posts = new RedisRevisionStore(ownBus, Duration.ofMinutes(10))
                    .posts(room)
                    .await()
                    .atMost(Duration.ofSeconds(30));
            assertThat(posts).as("messages of this life").isEqualTo(new RevisionStore.Posts(next, 1));
        }
    }

    @Test
    void redisKeepsNoTextOfADeletedMessage() {
        RoomName room = new RoomName("gone");
        Cursor message = publish(room, "{\"type\":\"message\",\"text\":\"secret\",\"data\":{\"a\":\"secret\"}}");
        get(changes.edit(
                room, message, MessageContent.text("secret 2"), Draft.of("edit", "secret 2", "{\"type\":\"edited\"}")));
        assertThat(stored()).as("the search finds a stored text").contains("secret 2", "\\\"a\\\":\\\"secret");
        get(changes.delete(
                room,
                message,
                "{\"type\":\"message\",\"deleted\":true,\"text\":\"\"}",
                Draft.of("delete", "deleted", "{\"type\":\"deleted\"}")));
        assertThat(stored()).doesNotContain("secret");
    }

    private static Cursor get(Uni<Cursor> cursor) {
        return cursor.await().atMost(Duration.ofSeconds(30));
    }

    private static Cursor publish(RoomName room, String data) {
        return get(bus.publish(room.messages(), Draft.of("key", data, data)));
    }

    /** Returns every value of every key of Redis. */
    private static String stored() {
        return server.command(
                "EVAL",
                "local all = {} for _, key in ipairs(redis.call('KEYS', '*{room:gone}*')) do "
                        + "local type = redis.call('TYPE', key).ok "
                        + "all[#all + 1] = key "
                        + "all[#all + 1] = cjson.encode(type == 'hash' and redis.call('HGETALL', key) "
                        + "or type == 'stream' and redis.call('XRANGE', key, '-', '+') "
                        + "or type == 'zset' and redis.call('ZRANGE', key, 0, -1) or redis.call('GET', key)) "
                        + "end return table.concat(all, ' ')",
                "0");
    }

    private static Cursor post(EventBus bus, RoomName room) {
        return get(bus.publish(room.messages(), Draft.of("{}")));
    }
}
