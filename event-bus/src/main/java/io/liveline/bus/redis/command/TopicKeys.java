package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Retention;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.Epochs;

/** Names of a topic's keys and channel, and the arguments common to all scripts. */
public final class TopicKeys {

    /** Number of KEYS common to all scripts. */
    static final int COMMON_KEYS = 2;

    /** Number of ARGV common to all scripts. */
    static final int COMMON_ARGS = 6;

    private final String prefix;
    private final Retention retention;
    private final String lifeMillis;
    private final String publishing;

    public TopicKeys(BusConfig config, Retention retention, PubSubMode pubSub) {
        this.prefix = config.redis().prefix();
        this.retention = retention;
        this.lifeMillis = String.valueOf(config.history().cursorLife().toMillis());
        this.publishing = pubSub.name();
    }

    /**
     * Returns a topic's channel, which is also the prefix of its keys. They share one hash tag, so that on a cluster
     * all are in one slot, where one script can use them.
     */
    public String channel(Topic topic) {
        return prefix + '{' + topic.name() + '}';
    }

    /** Returns the pulse channel of a process, in the slot of this hash tag. */
    public String pulse(String tag, String process) {
        return prefix + "pulse:{" + tag + "}:" + process;
    }

    /** Returns the KEYS of a script: the topic's log, then the script's own. */
    public List<String> keys(Topic topic, List<String> ownKeys) {
        String channel = channel(topic);
        List<String> keys = new ArrayList<>(COMMON_KEYS + ownKeys.size());
        keys.add(channel + ":head");
        keys.add(channel + ":log");
        ownKeys.forEach(name -> keys.add(channel + ':' + name));
        return keys;
    }

    /** Returns the ARGV of a script: the topic's channel, epoch and retention, then the script's own. */
    public List<String> args(Topic topic, List<String> ownArgs) {
        Retention.Bounds kept = retention.of(topic);
        List<String> args = new ArrayList<>(COMMON_ARGS + ownArgs.size());
        args.add(channel(topic));
        args.add(Epochs.next());
        args.add(String.valueOf(kept.length()));
        args.add(String.valueOf(kept.age().toMillis()));
        args.add(lifeMillis);
        args.add(publishing);
        args.addAll(ownArgs);
        return args;
    }
}
