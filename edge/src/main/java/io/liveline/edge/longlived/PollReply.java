package io.liveline.edge.longlived;

import io.liveline.edge.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/** Where a poll that may wait is answered, once. Confined to the event loop of its connection. */
public interface PollReply {

    /**
     * What there is: 200, or 304 when that is what the client has.
     *
     * @param tag the {@code ETag}; null for none
     * @param json memory of the heap, which is read and left as it is; null for 304
     */
    record Answer(String tag, ByteBuf json) {}

    /** The event loop of its connection. */
    EventLoop loop();

    /** Has this run when the client goes away before it is answered. */
    void whenGone(Runnable then);

    /** Answers. */
    void answer(Answer answer);

    /** Answers, and has the client's next request come over another connection: it may lead elsewhere. */
    void answerLast(Answer answer);

    /** Answers with the {@link ProblemException} that this is. */
    void refuse(Throwable failure);
}
