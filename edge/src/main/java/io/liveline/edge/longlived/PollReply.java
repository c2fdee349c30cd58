package io.liveline.edge.longlived;

import io.liveline.edge.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/** Reply to a poll that may wait; sent once. Confined to the event loop of its connection. */
public interface PollReply {

    /**
     * Current state: sent as 200, or as 304 if the client already has it.
     *
     * @param tag {@code ETag}; null for none
     * @param json heap buffer, which is read and neither changed nor released; null for 304
     */
    record Answer(String tag, ByteBuf json) {}

    /** Returns the event loop of its connection. */
    EventLoop loop();

    /** Runs this if the client disconnects before the reply. */
    void whenGone(Runnable then);

    /** Sends the reply. */
    void answer(Answer answer);

    /**
     * Sends the reply and closes the connection after it, so that the next request of the client may reach another
     * replica.
     */
    void answerLast(Answer answer);

    /** Sends the {@link ProblemException} for a failure. */
    void refuse(Throwable failure);
}
