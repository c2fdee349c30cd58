package io.liveline.bus.redis.connection;

import java.time.Duration;
import java.util.List;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RedisURI;

/**
 * A Redis Cluster. The bus has connections of its own to each master, because the client for clusters (Vert.x 4.5) has
 * one for all of them: it is not told when one of its parts that was made later breaks, holds idle ones to replicas,
 * and does not subscribe anew where a slot has gone.
 */
public final class ClusterTopology implements Topology {

    private final Vertx vertx;
    private final RedisOptions options;
    private final Duration patience;
    private int asked;

    /** @param patience for how long a node that is asked may take to answer */
    public ClusterTopology(Vertx vertx, RedisOptions options, Duration patience) {
        this.vertx = vertx;
        this.options = options;
        this.patience = patience;
    }

    @Override
    public PubSubMode pubSub() {
        return PubSubMode.SHARDED;
    }

    /** Has the user, the password and the TLS of the first address that is configured. */
    @Override
    public Redis client(String node) {
        RedisURI uri = new RedisURI(options.getEndpoint());
        return clientAt(uri.protocol() + "://" + uri.userinfo() + node);
    }

    @Override
    public void release(Redis client) {
        client.close();
    }

    /** Another one is asked each time: one that hangs, or knows only old news, must not be the only source. */
    @Override
    public Future<SlotMap> map(List<RedisNode> connected) {
        int turn = Math.floorMod(
                asked++,
                Math.max(1, connected.isEmpty() ? options.getEndpoints().size() : connected.size()));
        Future<SlotMap> answer =
                connected.isEmpty() ? askAnew(options.getEndpoints().get(turn)) : ask(connected.get(turn));
        Promise<SlotMap> inTime = Promise.promise();
        long timer = vertx.setTimer(patience.toMillis(), id -> inTime.tryFail("No answer"));
        answer.onComplete(done -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                inTime.tryComplete(done.result());
            } else {
                inTime.tryFail(done.cause());
            }
        });
        return inTime.future();
    }

    private Future<SlotMap> ask(RedisNode node) {
        return node.send(question()).map(slots -> SlotMap.parse(slots, node.host()));
    }

    private Future<SlotMap> askAnew(String endpoint) {
        Redis client = clientAt(endpoint);
        String host = new RedisURI(endpoint).socketAddress().host();
        return client.connect()
                .compose(connection -> connection.send(question()))
                .map((Response slots) -> SlotMap.parse(slots, host))
                .onComplete(done -> client.close());
    }

    private Redis clientAt(String endpoint) {
        // The copy shares the list of addresses: it gets one of its own.
        return Redis.createClient(
                vertx,
                new RedisOptions(options).setType(RedisClientType.STANDALONE).setEndpoints(List.of(endpoint)));
    }

    private static Request question() {
        return Request.cmd(Command.CLUSTER).arg("SLOTS");
    }
}
