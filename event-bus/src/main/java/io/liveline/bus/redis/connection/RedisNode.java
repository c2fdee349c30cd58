package io.liveline.bus.redis.connection;

import io.liveline.bus.internal.Epochs;
import io.liveline.bus.redis.command.ScriptCall;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.TopicKeys;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * A Redis server with two connections, one for commands and one for subscriptions. They are separate because the client
 * (Vert.x 4.5) would mistake a pushed message for the reply to a command in progress on the same connection. Confined
 * to the bus's event loop.
 */
public final class RedisNode {

    final String name;
    public final SubscriberConnection subscriber;

    private final Topology topology;
    private final Redis client;
    private final ReconnectingConnection commands;
    private final CommandBatcher batcher;
    private final ReconnectingConnection subscriptions;
    private final TopicKeys keys;
    private final String process = Epochs.next();
    private final long dueNanos;
    private boolean wasLive;

    /** @param dueNanos time until which it may connect without the bus being degraded */
    RedisNode(
            String name,
            Topology topology,
            TopicKeys keys,
            RedisBusContext bus,
            ServerCheck check,
            ReconnectingConnection.Listener onCommands,
            SubscriberConnection.Owner owner,
            long dueNanos) {
        this.name = name;
        this.topology = topology;
        this.keys = keys;
        this.dueNanos = dueNanos;
        this.client = topology.client(name);
        this.subscriber = new SubscriberConnection(topology.pubSub(), bus, owner);
        this.commands = new ReconnectingConnection("commands to " + name, bus, client, onCommands, check::of);
        this.batcher = new CommandBatcher(commands, bus);
        this.subscriptions = new ReconnectingConnection(
                "subscriptions at " + name, bus, client, subscriber, made -> Future.succeededFuture());
        subscriber.setConnection(subscriptions);
    }

    void connect() {
        commands.connect();
        subscriptions.connect();
    }

    /** Returns the host without the port. */
    String host() {
        return name.substring(0, name.lastIndexOf(':'));
    }

    public boolean isUp() {
        return commands.isUp();
    }

    /** Returns whether commands and subscriptions work; a server that was just added has some time to connect. */
    boolean isLive(long nowNanos) {
        boolean live = commands.isUp() && subscriber.isLive();
        wasLive |= live;
        return live || !wasLive && nowNanos - dueNanos < 0;
    }

    /** Sends a command after all earlier ones. */
    Future<Response> send(Request request) {
        return batcher.send(request);
    }

    /** Calls a script after all earlier commands; see {@link CommandBatcher#send(ScriptCall, boolean)}. */
    public Future<Response> send(ScriptCall call, boolean batched) {
        return batcher.send(call, batched);
    }

    /** Selects a pulse channel in a slot of this node. */
    void updatePulse(SlotMap map) {
        String pulse = subscriber.pulse();
        if (pulse == null || !name.equals(map.owner(SlotMap.slot(pulse)))) {
            pulse = keys.pulse(map.tagOf(name), process);
        }
        subscriber.usePulse(pulse);
    }

    /** Housekeeping, once a pulse. */
    void tick(long nowNanos) {
        // A failure to send needs no handling: the subscriber detects the missing pulse.
        commands.send(topology.pubSub().publish(subscriber.pulse(), ""));
        subscriber.tick(nowNanos);
    }

    void close() {
        commands.close();
        subscriptions.close();
        topology.release(client);
    }
}
