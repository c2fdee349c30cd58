package io.liveline.bus;

import io.vertx.redis.client.Command;

/** How Redis passes on what is published. */
enum PubSub {
    /** To all who listen; on a cluster by way of every node. */
    PLAIN(Command.SUBSCRIBE, Command.UNSUBSCRIBE, Command.PUBLISH, ""),

    /** On a cluster, Redis 7: on the node that owns the channel's slot, and nowhere else. */
    SHARDED(Command.SSUBSCRIBE, Command.SUNSUBSCRIBE, Command.SPUBLISH, "s");

    final Command subscribe;
    final Command unsubscribe;
    final Command publish;
    // What Redis calls the messages of this kind begins with it.
    final String letter;

    PubSub(Command subscribe, Command unsubscribe, Command publish, String letter) {
        this.subscribe = subscribe;
        this.unsubscribe = unsubscribe;
        this.publish = publish;
        this.letter = letter;
    }
}
