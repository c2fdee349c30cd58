package io.liveline.dashboard.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.CounterSelection;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.edge.auth.Caller;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.redis.client.RedisOptions;

/** Replica with its streams on its own port, without CDI, so that a test can start and kill several. */
final class TestReplica implements AutoCloseable {

    final RedisBus bus;
    final DashboardReplica replica;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    TestReplica(String redis, Map<String, String> changes) {
        this(redis, changes, InstantSource.system());
    }

    TestReplica(String redis, Map<String, String> changes, InstantSource clock) {
        this(redis, changes, clock, MonotonicClock.system());
    }

    TestReplica(String redis, Map<String, String> changes, InstantSource clock, MonotonicClock monotonic) {
        this.bus = RedisBus.connect(
                vertx,
                new RedisOptions().setConnectionString(redis),
                TestConfig.of(BusConfig.class),
                new BusMeters(registry));
        this.replica = new DashboardReplica(
                bus, TestConfig.of(DashboardConfig.class, changes), clock, monotonic, vertx, registry);
        replica.start();
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            Caller.guest(null, "here").enter(context);
            context.next();
        });
        new CounterStreamRoute(replica).add(router);
        this.server = vertx.createHttpServer(new HttpServerOptions().setSendBufferSize(16 * 1024))
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    SseClient view(String query) {
        return SseClient.open(port(), "/counters/stream" + query);
    }

    SseClient view(String query, String lastEventId) {
        return SseClient.open(port(), "/counters/stream" + query, lastEventId);
    }

    int port() {
        return server.actualPort();
    }

    boolean isLoaded() {
        return values(CounterSelection.ALL) != null;
    }

    /** Returns the values of the replica; null before the first load. */
    Map<String, Long> values(CounterSelection names) {
        try {
            Map<String, Long> values = new TreeMap<>();
            snapshot(names).counters().forEach(counter -> values.put(counter.name(), counter.value()));
            return values;
        } catch (io.liveline.edge.ProblemException notYet) {
            return null;
        }
    }

    CounterSnapshot snapshot(CounterSelection names) {
        return replica.snapshot(names, null).await().atMost(Duration.ofSeconds(30));
    }

    double metric(String name) {
        return registry.get("liveline.dashboard." + name).counter().count();
    }

    /** Stops at once, as a killed process does, without notifying clients. */
    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
