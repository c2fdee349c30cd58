package io.liveline.bench.load;

import io.netty.channel.Channel;

/** Publisher of a room. Confined to the event loop of the generator. */
public interface Publisher {

    /** Posts, or queues for the next flush of the channel. */
    void send(byte[] message);

    Channel channel();
}
