package io.liveline.bus.redis.connection;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.liveline.bus.redis.command.TopicKeys;
import io.vertx.core.AsyncResult;
import org.jboss.logging.Logger;

/**
 * The current servers: one, or all masters of a cluster that own slots. The slot map is refreshed with each pulse, and
 * soon after a server reports that it no longer owns a slot. Confined to the bus's event loop.
 */
public final class RedisNodes {

    private static final Logger LOG = Logger.getLogger(RedisNodes.class);

    private final Topology topology;
    private final TopicKeys keys;
    private final RedisBusContext bus;
    private final ServerCheck check;
    private final Map<String, RedisNode> nodes = new HashMap<>();
    private ReconnectingConnection.Listener commandListener;
    private SubscriberConnection.Owner subscriptionOwner;
    private Consumer<Boolean> slotMapListener;
    private SlotMap map;
    private boolean refreshing;
    private boolean stale;
    private boolean failed;
    private boolean closed;

    public RedisNodes(Topology topology, TopicKeys keys, RedisBusContext bus, ServerCheck check) {
        this.topology = topology;
        this.keys = keys;
        this.bus = bus;
        this.check = check;
    }

    /**
     * Starts to read the slot map and to connect.
     *
     * @param onCommands listener to the connection for commands of each server
     * @param owner owner of the subscriptions of each server
     * @param onSlotMap receiver of each answer with the slot map: true if it has changed
     */
    public void open(
            ReconnectingConnection.Listener onCommands, SubscriberConnection.Owner owner, Consumer<Boolean> onSlotMap) {
        commandListener = onCommands;
        subscriptionOwner = owner;
        slotMapListener = onSlotMap;
        refresh();
    }

    /** Returns the server that owns the slot, or null while none is known. */
    public RedisNode owner(int slot) {
        return map == null ? null : nodes.get(map.owner(slot));
    }

    /** Returns whether commands and subscriptions work on all servers. */
    public boolean isLive() {
        long now = System.nanoTime();
        return !nodes.isEmpty() && nodes.values().stream().allMatch(node -> node.isLive(now));
    }

    public boolean isCluster() {
        return topology.pubSub() == PubSubMode.SHARDED;
    }

    public int size() {
        return nodes.size();
    }

    /** Marks the slot map as out of date. */
    public void markStale() {
        stale = true;
    }

    /** Refreshes a slot map that is out of date. Called several times a second, which limits the rate of refreshes. */
    public void sweep() {
        if (stale) {
            refresh();
        }
    }

    /** Sends the pulses and refreshes the slot map; called once per pulse. */
    public void tick(long nowNanos) {
        nodes.values().forEach(node -> node.tick(nowNanos));
        refresh();
    }

    public void close() {
        closed = true;
        nodes.values().forEach(RedisNode::close);
        nodes.clear();
    }

    private void refresh() {
        if (refreshing || closed) {
            return;
        }
        refreshing = true;
        stale = false;
        List<RedisNode> up = nodes.values().stream().filter(RedisNode::isUp).toList();
        topology.map(up)
                .onComplete(answer -> bus.run(() -> {
                    refreshing = false;
                    if (!closed) {
                        answered(answer);
                    }
                }));
    }

    private void answered(AsyncResult<SlotMap> answer) {
        if (answer.failed()) {
            if (!failed) {
                LOG.warnf("No slot map from Redis (%s)", answer.cause().getMessage());
            }
            failed = true;
            return;
        }
        failed = false;
        boolean changed = !answer.result().equals(map);
        if (changed) {
            apply(answer.result());
        }
        nodes.values().forEach(node -> node.updatePulse(map));
        slotMapListener.accept(changed);
    }

    private void apply(SlotMap newMap) {
        Set<String> owners = newMap.owners();
        // Servers added later do not degrade the bus while they connect; topics that are interrupted there do.
        long due = System.nanoTime()
                + (map == null ? 0 : bus.config().redis().degradedAfter().toNanos());
        map = newMap;
        for (Iterator<RedisNode> all = nodes.values().iterator(); all.hasNext(); ) {
            RedisNode node = all.next();
            if (!owners.contains(node.name)) {
                all.remove();
                node.close();
            }
        }
        for (String name : owners) {
            if (!nodes.containsKey(name)) {
                RedisNode node =
                        new RedisNode(name, topology, keys, bus, check, commandListener, subscriptionOwner, due);
                nodes.put(name, node);
                node.connect();
            }
        }
    }
}
