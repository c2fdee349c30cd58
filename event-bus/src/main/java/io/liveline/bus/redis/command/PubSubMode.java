package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/** Kind of pub/sub that the bus uses. */
public enum PubSubMode {
    /** Plain pub/sub; on a cluster, messages pass through every node. */
    PLAIN(Command.SUBSCRIBE, Command.UNSUBSCRIBE, Command.PUBLISH, ""),

    /** Sharded pub/sub of a Redis 7 cluster: messages stay on the node that owns the channel's slot. */
    SHARDED(Command.SSUBSCRIBE, Command.SUNSUBSCRIBE, Command.SPUBLISH, "s");

    private static final int CHANNELS_PER_COMMAND = 500;

    public final Command subscribe;
    public final Command unsubscribe;
    private final Command publish;
    // Prefix of the message kinds that Redis pushes in this mode.
    private final String kindPrefix;

    PubSubMode(Command subscribe, Command unsubscribe, Command publish, String kindPrefix) {
        this.subscribe = subscribe;
        this.unsubscribe = unsubscribe;
        this.publish = publish;
        this.kindPrefix = kindPrefix;
    }

    public Request publish(String channel, String message) {
        return Request.cmd(publish).arg(channel).arg(message);
    }

    public List<Request> subscribe(Collection<String> channels) {
        return requests(subscribe, channels);
    }

    public List<Request> unsubscribe(Collection<String> channels) {
        return requests(unsubscribe, channels);
    }

    public boolean isMessage(String kind) {
        return kind.equals(kindPrefix + "message");
    }

    public boolean isSubscribed(String kind) {
        return kind.equals(kindPrefix + "subscribe");
    }

    private List<Request> requests(Command command, Collection<String> channels) {
        List<Request> requests = new ArrayList<>();
        for (List<String> group : groups(channels)) {
            for (int from = 0; from < group.size(); from += CHANNELS_PER_COMMAND) {
                Request request = Request.cmd(command);
                group.subList(from, Math.min(group.size(), from + CHANNELS_PER_COMMAND))
                        .forEach(request::arg);
                requests.add(request);
            }
        }
        return requests;
    }

    /** Groups channels that one command may name: sharded channels must be in one slot. */
    private Collection<List<String>> groups(Collection<String> channels) {
        if (this == PLAIN) {
            return List.of(List.copyOf(channels));
        }
        Map<Integer, List<String>> slots = new HashMap<>();
        channels.forEach(channel -> slots.computeIfAbsent(SlotMap.slot(channel), slot -> new ArrayList<>())
                .add(channel));
        return slots.values();
    }
}
