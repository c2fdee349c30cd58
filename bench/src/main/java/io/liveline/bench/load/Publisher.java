package io.liveline.bench.load;

import io.netty.channel.Channel;

/** Who posts in a room; confined to the generator's event loop. */
public interface Publisher {

    /** Posts, or queues for the next flush of the channel. */
    void send(byte[] message);

    Channel channel();
}
