package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.Epochs;

/** Names of a topic's keys and its channel, and what {@code append.lua} is told. */
public final class TopicKeys {

    /** So many KEYS does every script have. */
    static final int KEYS_OF_ALL = 2;

    /** So many ARGV does every script have. */
    static final int ARGS_OF_ALL = 6;

    private final String prefix;
    private final String length;
    private final String ageMillis;
    private final String lifeMillis;
    private final String publishing;

    public TopicKeys(BusConfig config, PubSubMode pubSub) {
        this.prefix = config.redis().prefix();
        this.length = String.valueOf(config.history().length());
        this.ageMillis = String.valueOf(config.history().age().toMillis());
        this.lifeMillis = String.valueOf(config.history().cursorLife().toMillis());
        this.publishing = pubSub.name();
    }

    /** One hash tag for everything of a topic: on a cluster it all lies in one slot, where one script can reach it. */
    public String channel(Topic topic) {
        return prefix + '{' + topic.name() + '}';
    }

    /** In the slot of this hash tag. */
    public String pulse(String tag, String process) {
        return prefix + "pulse:{" + tag + "}:" + process;
    }

    /** KEYS of a script: the topic's log, and the script's own. */
    public List<String> keys(Topic topic, List<String> own) {
        String channel = channel(topic);
        List<String> keys = new ArrayList<>(KEYS_OF_ALL + own.size());
        keys.add(channel + ":head");
        keys.add(channel + ":log");
        own.forEach(name -> keys.add(channel + ':' + name));
        return keys;
    }

    /** ARGV of a script: how the topic is kept, and the script's own. */
    public List<String> args(Topic topic, List<String> own) {
        List<String> args = new ArrayList<>(ARGS_OF_ALL + own.size());
        args.add(channel(topic));
        args.add(Epochs.next());
        args.add(length);
        args.add(ageMillis);
        args.add(lifeMillis);
        args.add(publishing);
        args.addAll(own);
        return args;
    }
}
