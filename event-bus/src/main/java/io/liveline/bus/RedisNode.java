package io.liveline.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * One server: a connection for commands and one that listens. They are two because the client (Vert.x 4.5) takes a
 * message for the reply to a command that is under way on the same connection. Confined to the bus's event loop.
 */
final class RedisNode {

    final String name;
    final RedisEar ear;

    private final RedisPlaces places;
    private final Redis client;
    private final RedisLink commands;
    private final RedisPipeline pipeline;
    private final RedisLink listening;
    private final RedisKeys keys;
    private final String process = Epochs.next();
    private final long dueNanos;
    private boolean settled;

    /** @param dueNanos until when it may be on its way without the bus being away for it */
    RedisNode(
            String name,
            RedisPlaces places,
            RedisKeys keys,
            Vertx vertx,
            Context loop,
            BusConfig config,
            BusMeters meters,
            ServerCheck check,
            RedisLink.Listener onCommands,
            RedisEar.Owner owner,
            long dueNanos) {
        this.name = name;
        this.places = places;
        this.keys = keys;
        this.dueNanos = dueNanos;
        this.client = places.client(name);
        this.ear = new RedisEar(places.pubSub(), config, meters, loop, owner);
        this.commands = new RedisLink("commands to " + name, vertx, loop, client, config, onCommands, check::of);
        this.pipeline = new RedisPipeline(commands, loop, config.redis(), meters);
        this.listening = new RedisLink(
                "listening at " + name, vertx, loop, client, config, ear, made -> Future.succeededFuture());
        ear.over(listening);
    }

    void connect() {
        commands.connect();
        listening.connect();
    }

    /** Without its port. */
    String host() {
        return name.substring(0, name.lastIndexOf(':'));
    }

    boolean isUp() {
        return commands.isUp();
    }

    /** Whether commands go through and everything is heard; one that has just been found has some time to get there. */
    boolean isLive(long nowNanos) {
        boolean live = commands.isUp() && ear.isLive();
        settled |= live;
        return live || !settled && nowNanos - dueNanos < 0;
    }

    /** Sends a command behind all that were sent before. */
    Future<Response> send(Request request) {
        return pipeline.send(request);
    }

    /** @see RedisPipeline#send(Call, boolean) */
    Future<Response> send(Call call, boolean withOthers) {
        return pipeline.send(call, withOthers);
    }

    /** The pulse goes over a channel of this very node. */
    void heedPulse(SlotMap map) {
        String pulse = ear.pulse();
        if (pulse == null || !name.equals(map.owner(SlotMap.slot(pulse)))) {
            pulse = keys.pulse(map.tagOf(name), process);
        }
        ear.heedPulse(pulse);
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        // A pulse that is lost needs no handling: that it does not come back is what tells.
        commands.send(places.pubSub().publish(ear.pulse(), ""));
        ear.tick(nowNanos);
    }

    void close() {
        commands.close();
        listening.close();
        places.release(client);
    }
}
