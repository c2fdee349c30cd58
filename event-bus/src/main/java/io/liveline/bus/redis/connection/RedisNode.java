package io.liveline.bus.redis.connection;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.internal.Epochs;
import io.liveline.bus.redis.command.ScriptCall;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.TopicKeys;
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
public final class RedisNode {

    final String name;
    public final SubscriberConnection ear;

    private final Topology places;
    private final Redis client;
    private final ReconnectingConnection commands;
    private final CommandBatcher pipeline;
    private final ReconnectingConnection listening;
    private final TopicKeys keys;
    private final String process = Epochs.next();
    private final long dueNanos;
    private boolean settled;

    /** @param dueNanos until when it may be on its way without the bus being away for it */
    public RedisNode(
            String name,
            Topology places,
            TopicKeys keys,
            Vertx vertx,
            Context loop,
            BusConfig config,
            BusMeters meters,
            ServerCheck check,
            ReconnectingConnection.Listener onCommands,
            SubscriberConnection.Owner owner,
            long dueNanos) {
        this.name = name;
        this.places = places;
        this.keys = keys;
        this.dueNanos = dueNanos;
        this.client = places.client(name);
        this.ear = new SubscriberConnection(places.pubSub(), config, meters, loop, owner);
        this.commands =
                new ReconnectingConnection("commands to " + name, vertx, loop, client, config, onCommands, check::of);
        this.pipeline = new CommandBatcher(commands, loop, config.redis(), meters);
        this.listening = new ReconnectingConnection(
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

    public boolean isUp() {
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

    /** @see CommandBatcher#send(Call, boolean) */
    public Future<Response> send(ScriptCall call, boolean withOthers) {
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
