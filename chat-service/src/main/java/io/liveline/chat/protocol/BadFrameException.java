package io.liveline.chat.protocol;

import io.liveline.edge.ProblemException;

/** Exception for a rejected frame: the problem, and the fields by which its sender recognizes the frame. */
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
