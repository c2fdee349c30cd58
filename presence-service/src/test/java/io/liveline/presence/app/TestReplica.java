package io.liveline.presence.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.longlived.PollResponder;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.redis.client.Redis;

/** Complete replica on a real Redis, with its own event loops, connections and polls, as in a separate process. */
final class TestReplica implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
    private final RedisBus bus;
    private final PresenceReplica replica;
    private final HttpServer server;
    private final Client client;
    private boolean closed;

    TestReplica(RedisServer redis, PresenceConfig config) {
        this(redis.url(), config);
    }

    TestReplica(String redis, PresenceConfig config) {
        this(redis, config, InstantSource.system());
    }

    TestReplica(String redis, PresenceConfig config, InstantSource clock) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        bus = new RedisBus(
                vertx, Redis.createClient(vertx, redis), TestConfig.of(BusConfig.class), new BusMeters(registry));
        replica = new PresenceReplica(bus, config, clock, MonotonicClock.system(), vertx, registry);
        replica.start();
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            Caller.guest(null, "here").enter(context);
            context.next();
        });
        new PresencePollRoute(replica, new PollResponder()).add(router);
        server = await(vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(router)
                .listen());
        client = new Client(server.actualPort());
    }

    Client client() {
        return client;
    }

    EventBus bus() {
        return bus;
    }

    PresenceReplica replica() {
        return replica;
    }

    boolean isClosed() {
        return closed;
    }

    CommandResult apply(RoomName room, PresenceCommand command) {
        return replica.apply(room, command).await().atMost(Duration.ofSeconds(20));
    }

    /** Stops at once, as a killed process does, without publishing or releasing anything. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        await(vertx.close());
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
