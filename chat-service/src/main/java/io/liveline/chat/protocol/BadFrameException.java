package io.liveline.chat.protocol;

import io.liveline.edge.ProblemException;

/** A frame that cannot be done: the problem, and what the frame said that helps its sender to tell which one it was. */
public final class BadFrameException extends Exception {

    public final ProblemException problem;
    public final String room;
    public final String id;

    public BadFrameException(ProblemException problem, String room, String id) {
        super(problem.getMessage(), null, false, false);
        this.problem = problem;
        this.room = room;
        this.id = id;
    }
}
