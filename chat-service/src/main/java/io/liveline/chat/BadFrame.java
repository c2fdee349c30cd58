package io.liveline.chat;

import io.liveline.edge.ProblemException;

/** A frame that cannot be done: the problem, and what the frame said that helps its sender to tell which one it was. */
final class BadFrame extends Exception {

    final ProblemException problem;
    final String room;
    final String id;

    BadFrame(ProblemException problem, String room, String id) {
        super(problem.getMessage(), null, false, false);
        this.problem = problem;
        this.room = room;
        this.id = id;
    }
}
