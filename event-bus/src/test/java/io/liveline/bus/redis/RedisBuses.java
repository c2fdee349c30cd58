package io.liveline.bus.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Retention;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;

/** Buses on one Redis, like those of a service's replicas; all are closed together. */
public final class RedisBuses implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final Supplier<RedisOptions> address;
    private final int readIdleSeconds;
    private final List<RedisBus> buses = new ArrayList<>();

    /** Creates buses on the server at this URL. */
    public RedisBuses(String url) {
        this(() -> new RedisOptions().setConnectionString(url), 10);
    }

    /**
     * Creates buses on the servers of these options, which may also name sentinels or a cluster.
     *
     * @param readIdleSeconds time after which a connection that received nothing is closed
     */
    public RedisBuses(Supplier<RedisOptions> address, int readIdleSeconds) {
        this.readIdleSeconds = readIdleSeconds;
        this.address = address;
    }

    /** Creates the bus of one more replica, with its own connections. */
    public RedisBus bus(BusConfig config) {
        return bus(config, Retention.same(config));
    }

    /** Creates the bus of one more replica, with this retention. */
    public RedisBus bus(BusConfig config, Retention retention) {
        return bus(config, retention, new SimpleMeterRegistry());
    }

    /** Creates the bus of one more replica, with its meters in this registry. */
    RedisBus bus(BusConfig config, MeterRegistry registry) {
        return bus(config, Retention.same(config), registry);
    }

    private RedisBus bus(BusConfig config, Retention retention, MeterRegistry registry) {
        RedisOptions options = address.get()
                .setMaxWaitingHandlers(8192)
                .setNetClientOptions(new NetClientOptions()
                        .setReadIdleTimeout(readIdleSeconds)
                        .setTcpNoDelay(true));
        RedisBus bus = RedisBus.connect(vertx, options, config, retention, new BusMeters(registry));
        buses.add(bus);
        return bus;
    }

    @Override
    public void close() {
        buses.forEach(RedisBus::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
