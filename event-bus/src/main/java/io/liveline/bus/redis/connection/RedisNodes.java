package io.liveline.bus.redis.connection;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import io.liveline.bus.BusConfig;
import io.liveline.bus.redis.command.PubSubMode;
import io.liveline.bus.redis.command.SlotMap;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import org.jboss.logging.Logger;

/**
 * The servers that there are, kept up to date: one, or all masters of a cluster that own slots. What they own is asked
 * anew with each pulse, and soon when one says that a slot is no longer its own. Confined to the bus's event loop.
 */
public final class RedisNodes {

    private static final Logger LOG = Logger.getLogger(RedisNodes.class);

    private final Topology places;
    private final Context loop;
    private final BusConfig config;
    private final Map<String, RedisNode> nodes = new HashMap<>();
    private BiFunction<String, Long, RedisNode> maker;
    private Consumer<Boolean> onAnswer;
    private SlotMap map;
    private boolean asking;
    private boolean stale;
    private boolean failed;
    private boolean closed;

    public RedisNodes(Topology places, Context loop, BusConfig config) {
        this.places = places;
        this.loop = loop;
        this.config = config;
    }

    /**
     * Begins.
     *
     * @param nodeMaker makes a server's connections; it is told until when they are given to come up
     * @param whenAnswered told each time it has been learned who owns what, and whether that is other than before
     */
    public void open(BiFunction<String, Long, RedisNode> nodeMaker, Consumer<Boolean> whenAnswered) {
        maker = nodeMaker;
        onAnswer = whenAnswered;
        refresh();
    }

    /** Null while nobody is known to own the slot. */
    public RedisNode owner(int slot) {
        return map == null ? null : nodes.get(map.owner(slot));
    }

    /** Whether all can be told and heard. */
    public boolean isLive() {
        long now = System.nanoTime();
        return !nodes.isEmpty() && nodes.values().stream().allMatch(node -> node.isLive(now));
    }

    public boolean isCluster() {
        return places.pubSub() == PubSubMode.SHARDED;
    }

    public int size() {
        return nodes.size();
    }

    /** What is known is out of date. */
    public void stale() {
        stale = true;
    }

    /** Several times a second: so often, and not more often, is asked again what turned out to be out of date. */
    public void sweep() {
        if (stale) {
            refresh();
        }
    }

    /** Once a pulse. */
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
        if (asking || closed) {
            return;
        }
        asking = true;
        stale = false;
        List<RedisNode> up = nodes.values().stream().filter(RedisNode::isUp).toList();
        places.map(up)
                .onComplete(answer -> loop.runOnContext(nothing -> {
                    asking = false;
                    if (!closed) {
                        answered(answer);
                    }
                }));
    }

    private void answered(AsyncResult<SlotMap> answer) {
        if (answer.failed()) {
            if (!failed) {
                LOG.warnf(
                        "No answer from Redis about who owns which slot (%s)",
                        answer.cause().getMessage());
            }
            failed = true;
            return;
        }
        failed = false;
        boolean changed = !answer.result().equals(map);
        if (changed) {
            take(answer.result());
        }
        nodes.values().forEach(node -> node.heedPulse(map));
        onAnswer.accept(changed);
    }

    private void take(SlotMap now) {
        Set<String> owners = now.owners();
        // Those that come later do not make the bus away while they connect; what is to be heard there does.
        long due = System.nanoTime()
                + (map == null ? 0 : config.redis().degradedAfter().toNanos());
        map = now;
        for (Iterator<RedisNode> all = nodes.values().iterator(); all.hasNext(); ) {
            RedisNode node = all.next();
            if (!owners.contains(node.name)) {
                all.remove();
                node.close();
            }
        }
        for (String name : owners) {
            if (!nodes.containsKey(name)) {
                RedisNode node = maker.apply(name, due);
                nodes.put(name, node);
                node.connect();
            }
        }
    }
}
