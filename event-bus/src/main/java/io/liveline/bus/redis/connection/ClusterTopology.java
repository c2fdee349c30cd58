package io.liveline.bus.redis.connection;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.VertxInternals;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Topology of a Redis Cluster. The bus opens its own connections to each master, because the cluster client of Vert.x
 * 4.5 combines them in one: it does not report the failure of a connection that was added later, keeps idle connections
 * to replicas, and does not subscribe again after a slot has moved.
 */
public final class ClusterTopology implements Topology {

    private final Vertx vertx;
    private final RedisOptions options;
    private final Duration timeout;
    private int queries;

    /** @param timeout timeout of a query for the slot map */
    public ClusterTopology(Vertx vertx, RedisOptions options, Duration timeout) {
        this.vertx = vertx;
        this.options = options;
        this.timeout = timeout;
    }

    @Override
    public PubSubMode pubSub() {
        return PubSubMode.SHARDED;
    }

    /** {@inheritDoc} The client has the user, password and TLS setting of the first configured address. */
    @Override
    public Redis client(String node) {
        return clientAt(VertxInternals.endpointAt(options.getEndpoint(), node));
    }

    @Override
    public void release(Redis client) {
        client.close();
    }

    /** {@inheritDoc} Each call queries another node: one that hangs or is outdated must not be the only source. */
    @Override
    public Future<SlotMap> map(List<RedisNode> connected) {
        int turn = Math.floorMod(
                queries++,
                Math.max(1, connected.isEmpty() ? options.getEndpoints().size() : connected.size()));
        Future<SlotMap> answer =
                connected.isEmpty() ? queryNew(options.getEndpoints().get(turn)) : query(connected.get(turn));
        return answer.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Future<SlotMap> query(RedisNode node) {
        return node.send(slotsRequest()).map(slots -> SlotMap.parse(slots, node.host()));
    }

    private Future<SlotMap> queryNew(String endpoint) {
        Redis client = clientAt(endpoint);
        String host = VertxInternals.host(endpoint);
        return client.connect()
                .compose(connection -> connection.send(slotsRequest()))
                .map((Response slots) -> SlotMap.parse(slots, host))
                .onComplete(done -> client.close());
    }

    private Redis clientAt(String endpoint) {
        // The copy would share the list of addresses, so it needs its own.
        return Redis.createClient(
                vertx,
                new RedisOptions(options).setType(RedisClientType.STANDALONE).setEndpoints(List.of(endpoint)));
    }

    private static Request slotsRequest() {
        return Request.cmd(Command.CLUSTER).arg("SLOTS");
    }
}
