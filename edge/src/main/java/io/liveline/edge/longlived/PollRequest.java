package io.liveline.edge.longlived;

import java.time.Duration;

import io.liveline.edge.auth.Caller;

/** Request of a poll, without its position. A client sends the same request again and again, with another position. */
public interface PollRequest {

    /** Returns the caller. */
    Caller caller();

    /** Returns the maximum wait, or null if the client does not wait. */
    Duration maxWait();

    /**
     * Returns whether to close the connection after a reply that is sent now, so that the next request of the client
     * may reach another replica.
     */
    boolean isLast();

    /**
     * Answers a poll, now or later.
     *
     * @param position position that the client has; null if it sent none
     * @throws RuntimeException if the poll is rejected and nothing was done
     */
    void answer(String position, PollReply reply);
}
