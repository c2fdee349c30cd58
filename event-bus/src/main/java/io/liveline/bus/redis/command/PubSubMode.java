package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/** How Redis passes on what is published. */
public enum PubSubMode {
    /** To all who listen; on a cluster by way of every node. */
    PLAIN(Command.SUBSCRIBE, Command.UNSUBSCRIBE, Command.PUBLISH, ""),

    /** On a cluster, Redis 7: on the node that owns the channel's slot, and nowhere else. */
    SHARDED(Command.SSUBSCRIBE, Command.SUNSUBSCRIBE, Command.SPUBLISH, "s");

    private static final int CHANNELS_A_COMMAND = 500;

    public final Command subscribe;
    public final Command unsubscribe;
    private final Command publish;
    // What Redis calls the messages of this kind begins with it.
    private final String letter;

    PubSubMode(Command subscribe, Command unsubscribe, Command publish, String letter) {
        this.subscribe = subscribe;
        this.unsubscribe = unsubscribe;
        this.publish = publish;
        this.letter = letter;
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
        return kind.equals(letter + "message");
    }

    public boolean isSubscribed(String kind) {
        return kind.equals(letter + "subscribe");
    }

    private List<Request> requests(Command command, Collection<String> channels) {
        List<Request> requests = new ArrayList<>();
        for (List<String> together : together(channels)) {
            for (int from = 0; from < together.size(); from += CHANNELS_A_COMMAND) {
                Request request = Request.cmd(command);
                together.subList(from, Math.min(together.size(), from + CHANNELS_A_COMMAND))
                        .forEach(request::arg);
                requests.add(request);
            }
        }
        return requests;
    }

    /** Those that one command may name: of sharded ones, those of one slot. */
    private Collection<List<String>> together(Collection<String> channels) {
        if (this == PLAIN) {
            return List.of(List.copyOf(channels));
        }
        Map<Integer, List<String>> slots = new HashMap<>();
        channels.forEach(channel -> slots.computeIfAbsent(SlotMap.slot(channel), slot -> new ArrayList<>())
                .add(channel));
        return slots.values();
    }
}
